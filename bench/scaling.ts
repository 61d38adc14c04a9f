import { parseArgs } from 'node:util'
import { adaptive, demand, type AdaptiveOptions, type ScalingPolicy } from 'rxcrew'
import { bestFixed, clairvoyant, simulate } from 'rxcrew/testing'
import { scenarios, type Scenario } from './scaling-scenarios.js'

// Deterministic: the same figures on every machine. `--quick`: one seed. `--sensitivity`: each constant halved and doubled.
const { values } = parseArgs({ options: {
  quick: { type: 'boolean', default: false },
  sensitivity: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  worst: { type: 'string', default: '5' },
  only: { type: 'string', default: '' },
} })

interface Result {
  readonly scenario: string
  /** p99 of waiting and service, and worker-seconds, as ratios to the best fixed number's. */
  readonly p99: number
  readonly cost: number
}

interface Rival {
  readonly scenario: Scenario
  readonly p99Ms: number
  readonly workerSeconds: number
  readonly clairvoyant: number
}

const rivals = (chosen: readonly Scenario[]): readonly Rival[] =>
  chosen.map((scenario) => {
    const best = bestFixed(scenario.load)
    const { workerSeconds } = best.measures
    return { scenario, p99Ms: best.measures.sojournMs.p99, workerSeconds, clairvoyant: clairvoyant(best).workerSeconds / workerSeconds }
  })

const compete = (make: () => ScalingPolicy, against: readonly Rival[]): readonly Result[] =>
  against.map(({ scenario: { name, load }, p99Ms, workerSeconds }) => {
    const { measures } = simulate({ ...load, policy: make(), trace: false })
    return { scenario: name, p99: measures.sojournMs.p99 / p99Ms, cost: measures.workerSeconds / workerSeconds }
  })

const mean = (ratios: readonly number[]): number => Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)

const worst = (results: readonly Result[], count: number): readonly Result[] => results.toSorted((a, b) => b.p99 - a.p99).slice(0, count)

const row = (who: string, results: readonly Result[]): string => {
  const [last] = worst(results, 1)
  return `| ${who} | ${mean(results.map(({ p99 }) => p99)).toFixed(2)} | ${last?.p99.toFixed(2)} (${last?.scenario}) | ${mean(results.map(({ cost }) => cost)).toFixed(2)} |`
}

const CONSTANTS: AdaptiveOptions = { waitedMs: 50, memoryMs: 120_000, holdMs: 30_000, drainMs: 500, headroom: 1, growth: 1.5, evidence: 6 }

const varied = (): readonly (readonly [string, AdaptiveOptions])[] =>
  Object.entries(CONSTANTS).flatMap(([name, value]) => [0.5, 2].map((factor) => [`${name} × ${factor}`, { [name]: name === 'growth' ? 1 + (value - 1) * factor : value * factor }] as const))

const chosen = scenarios({ downstreams: values.all ? ['thrashing', 'saturating', 'free'] : ['thrashing'], seeds: values.quick ? [1] : [1, 2, 3] })
  .filter(({ name }) => new RegExp(values.only).test(name))
const against = rivals(chosen)
const ours = compete(adaptive, against)
console.log(`${chosen.length} scenarios; p99 of waiting + service and worker-seconds as ratios to the best fixed number of workers, found with hindsight.\n`)
console.log('| policy | p99, geometric mean | p99, worst | worker-seconds |\n|---|---:|---|---:|')
console.log(row('adaptive()', ours))
if (!values.quick) console.log(row('demand()', compete(demand, against)))
console.log(`| clairvoyant | 1.00 | 1.00 | ${mean(against.map(({ clairvoyant: share }) => share)).toFixed(2)} |\n`)
for (const { scenario, p99, cost } of worst(ours, Number(values.worst))) console.log(`adaptive(): ${p99.toFixed(2)} at ${cost.toFixed(2)} in ${scenario}`)
if (values.sensitivity) {
  console.log('\n| constant | p99, geometric mean | p99, worst | worker-seconds |\n|---|---:|---|---:|')
  for (const [name, options] of varied()) console.log(row(name, compete(() => adaptive(options), against)))
}
