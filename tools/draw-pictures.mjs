// Draws the pictures of the docs with the simulator: the same on every machine. Behind `npm run pictures`, after a build; with
// --check it draws nothing and fails if a picture is not what it should be.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fail, say } from './say.mjs'

const { adaptive, demand, fixed, littlesLaw, targetUtilization } = await import('../dist/index.js')
const { lognormal, plotTrace, simulate, squareWave, thrashing } = await import('../dist/testing/index.js')

const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const check = process.argv.includes('--check')

/** A downstream that bears 20 at once and thrashes beyond, under waves that it can bear. */
const load = {
  arrivals: squareWave({ lowPerSecond: 40, highPerSecond: 280, periodMs: 60_000 }),
  service: lognormal(50, 1), downstream: thrashing(20), bounds: { min: 1, max: 64 }, untilMs: 180_000, seed: 1,
}

const picture = (title, policies) => plotTrace(policies.map((policy) => simulate({ policy, ...load })), { title, knee: 20 })

const pictures = {
  'adaptive.svg': picture('adaptive(), not told that 20 at once are the most', [adaptive()]),
  'policies.svg': picture('Four policies and a fixed number under the same waves', [demand(), targetUtilization(), littlesLaw(), adaptive(), fixed(18)]),
}

const stale = Object.entries(pictures).filter(([name, svg]) => !existsSync(folder + name) || readFileSync(folder + name, 'utf8') !== svg)
if (!check) {
  mkdirSync(folder, { recursive: true })
  for (const [name, svg] of stale) writeFileSync(folder + name, svg)
}
if (check && stale.length > 0) fail(...stale.map(([name]) => `docs/pictures/${name} is not what the simulator draws: run \`npm run pictures\`.`))
say(stale.length === 0 ? `${Object.keys(pictures).length} pictures, nothing to change.` : stale.map(([name]) => `Drew docs/pictures/${name}.`).join('\n'))
