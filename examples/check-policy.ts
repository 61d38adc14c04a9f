import fc from 'fast-check'
import { from } from 'rxjs'
import { control, type LoadSample, type ScalingPolicy } from 'rxcrew'

/** One worker for every ten items; how a part of a worker counts is the question. */
const perTen = (round: (workers: number) => number): ScalingPolicy<null> => ({
  name: `perTen, ${round.name}`,
  initial: null,
  step: (state, { waiting, inFlight }) => ({ state, wanted: round((waiting + inFlight) / 10), reason: 'withinRange' }),
})

const count = fc.nat({ max: 1_000 })
const load: fc.Arbitrary<LoadSample> = fc.record({
  waiting: count, inFlight: count, maxInFlight: count, live: count, arrivals: count, completions: count, failures: count,
  nowMs: count, windowMs: count, oldestWaitMs: count, busyMs: count, idleMs: fc.array(count),
  min: fc.nat({ max: 5 }), max: fc.integer({ min: 5, max: 50 }),
})

/** How many workers the policy wants, as a group would hear it: within the bounds, and only changes. */
const wanted = (policy: ScalingPolicy<null>, loads: readonly LoadSample[]): readonly number[] => {
  const heard: number[] = []
  control(policy, from(loads)).subscribe((workers) => heard.push(workers))
  return heard
}

const check = <T>(law: string, any: fc.Arbitrary<T>, holds: (value: T) => boolean) => {
  const { failed, counterexample } = fc.check(fc.property(any, holds), { seed: 42 })
  console.log(`  ${law}: ${failed ? `no, see ${JSON.stringify(counterexample, ['waiting', 'inFlight'])}` : 'yes'}`)
}

for (const policy of [perTen(Math.round), perTen(Math.ceil)]) {
  console.log(policy.name)
  check('does not flap under a constant load', load, (one) => wanted(policy, [one, one, one]).length === 1)
  check('more waiting never wants fewer', fc.tuple(load, count), ([one, more]) => {
    const [before = 0, after = before] = wanted(policy, [one, { ...one, waiting: one.waiting + more }])
    return after >= before
  })
  check('leaves nobody waiting alone', load, (one) => one.waiting === 0 || wanted(policy, [{ ...one, min: 0 }])[0] !== 0)
}
