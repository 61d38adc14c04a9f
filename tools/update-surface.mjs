// Writes the list of public names that spec/house/public-surface.spec.ts compares with. Behind `npm run surface`.
import { writeFileSync } from 'node:fs'
import { house } from './load.mjs'
import { fail, say } from './say.mjs'

const { publicSurface, read, ROOT, SURFACE_FILE, surfaceChanges } = await house()

try {
  const before = JSON.parse(read(SURFACE_FILE))
  const now = publicSurface(read)
  const changes = surfaceChanges(before, now)
  writeFileSync(`${ROOT}/${SURFACE_FILE}`, `${JSON.stringify(now, undefined, 2)}\n`)
  say(changes.length === 0 ? 'The public surface is as it was.' : [...changes, `Wrote ${SURFACE_FILE}. Say it in CHANGELOG.md.`].join('\n'))
} catch (error) {
  fail(error.message)
}
