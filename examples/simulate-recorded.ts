// Recorded traffic and a policy from a file, in the folder where both lie.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('runner/cli.js', import.meta.resolve('rxcrew')))
const cwd = fileURLToPath(new URL('../../examples/simulate/', import.meta.url))
const words = ['simulate', '--traffic', 'traffic.csv', '--policy', 'demand', '--policy', './my-policy.js']

console.log(execFileSync(process.execPath, [command, ...words], { cwd, encoding: 'utf8' }).trimEnd())
