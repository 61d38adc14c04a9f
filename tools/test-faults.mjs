// Runs the faults of docs/reliability.md. Behind `npm run test:faults`; `--full` for the sizes of the design, `--write` to
// write the page of a run in which nothing failed into the docs. Everything else is for vitest.
import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fail, say } from './say.mjs'

const given = process.argv.slice(2)
const rest = given.filter((argument) => !['--full', '--write'].includes(argument))
const root = new URL('../', import.meta.url)
const writes = given.includes('--write')
if (writes && rest.length > 0) fail(`--write needs all faults: leave out ${rest.join(' ')}`)

const env = { ...process.env, RXCREW_FAULTS: given.includes('--full') ? 'full' : 'usual' }
const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', root))
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', 'vitest.faults.config.ts', ...rest], { cwd: root, env, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
if (writes) {
  copyFileSync(new URL('reports/reliability.md', root), new URL('docs/reliability.md', root))
  say('Wrote docs/reliability.md.')
}
