import { diurnal, free, lognormal, poisson, ramp, saturating, spike, squareWave, thrashing, type Arrivals, type Downstream, type SimulatedLoad } from 'rxcrew/testing'

/** One load on one downstream. */
export interface Scenario {
  readonly name: string
  readonly downstream: 'free' | 'saturating' | 'thrashing'
  readonly shape: string
  readonly load: SimulatedLoad
}

const SECONDS = 300
const MOST_WORKERS = 128

/** At its busiest, this share of what the downstream gives at its knee. */
const PEAK = 0.8

const shapes = (peak: number): Readonly<Record<string, Arrivals>> => ({
  square: squareWave({ lowPerSecond: peak / 4, highPerSecond: peak, periodMs: 60_000 }),
  diurnal: diurnal({ lowPerSecond: peak / 10, highPerSecond: peak, periodMs: 150_000 }),
  spike: spike({ basePerSecond: peak / 10, peakPerSecond: peak, atMs: 120_000, forMs: 30_000 }),
  ramp: ramp({ fromPerSecond: peak / 20, toPerSecond: peak, overMs: SECONDS * 1_000 }),
  Poisson: poisson(0.85 * peak),
})

const downstreams = (knee: number): Readonly<Record<Scenario['downstream'], Downstream>> =>
  ({ free: free(), saturating: saturating(knee), thrashing: thrashing(knee) })

export interface Selection {
  readonly downstreams: readonly Scenario['downstream'][]
  readonly seeds: readonly number[]
}

/** Every arrival pattern × service time × variation × downstream × knee × seed. */
export const scenarios = ({ downstreams: wanted, seeds }: Selection): readonly Scenario[] =>
  [6, 20, 40].flatMap((knee) => wanted.flatMap((downstream) => [20, 50, 250].flatMap((serviceMs) => [0.3, 1, 2].flatMap((cv) =>
    Object.entries(shapes((PEAK * knee * 1_000) / serviceMs)).flatMap(([shape, arrivals]) => seeds.map((seed) => ({
      name: `${downstream} ${knee}, ${serviceMs} ms, cv ${cv}, ${shape}, seed ${seed}`,
      downstream,
      shape,
      load: { arrivals, service: lognormal(serviceMs, cv), downstream: downstreams(knee)[downstream], bounds: { min: 1, max: MOST_WORKERS }, untilMs: SECONDS * 1_000, seed },
    })))))))
