// What docs/simulating.md shows first: the command, run as from a shell.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('runner/cli.js', import.meta.resolve('rxcrew')))
const words = `simulate --policy demand --policy demand:maxIdleMs=5000 --policy fixed:16
  --arrivals square:low=10,high=80,periodMs=60000 --service lognormal:meanMs=50,cv=1 --downstream thrashing:6
  --min 1 --max 64 --seconds 300 --seed 1`

console.log(execFileSync(process.execPath, [command, ...words.split(/\s+/)], { encoding: 'utf8' }).trimEnd())
