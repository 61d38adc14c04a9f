// Runs the faults of docs/reliability.md. Behind `npm run test:faults`; `--full` for the sizes of the design, `--write` to
// write the table into the docs. Everything else is for vitest.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const given = process.argv.slice(2)
const rest = given.filter((argument) => !['--full', '--write'].includes(argument))
const env = {
  ...process.env,
  RXCREW_FAULTS: given.includes('--full') ? 'full' : 'usual',
  RXCREW_FAULTS_WRITE: given.includes('--write') ? 'yes' : 'no',
}
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', 'vitest.faults.config.ts', ...rest], { env, stdio: 'inherit' })
process.exit(status ?? 1)
