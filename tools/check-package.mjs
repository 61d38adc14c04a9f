// Checks the built package as its users meet it. Behind `npm run check:package`.
import { spawnSync } from 'node:child_process'
import { house } from './load.mjs'
import { fail, say } from './say.mjs'

const { entryPoints, publicSurface, read, ROOT } = await house()
const surface = publicSurface(read)

// Plain Node, not a bundler: imports that only a bundler forgives fail here.
for (const [name] of entryPoints(read('package.json'))) {
  const names = Object.keys(await import(name).catch((error) => fail(`import('${name}') fails in plain Node; has it been built?`, error.message))).toSorted()
  if (names.join() !== surface[name].values.join()) fail(`${name} offers other values than its source: build it again.`, names.join(', '))
  say(`${name}: ${names.length} values`)
}

for (const [command, ...args] of [['publint', '--strict'], ['attw', '--pack', '.', '--profile', 'esm-only']]) {
  say(`\n${command} ${args.join(' ')}`)
  const { status, error } = spawnSync(`${ROOT}/node_modules/.bin/${command}`, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) fail(`${command} ${error === undefined ? `ended with code ${status}` : `could not be run: ${error.message}`}`)
}
