// What is tried under each runner: plain JavaScript, as a user of jest or node:test has it.
import { restartOne } from 'rxcrew'

/** The environment's word for a policy that breaks a law. */
export const BROKEN = 'policy'

const broken = { name: 'broken', initial: null, step: (state, { waiting }) => ({ state, wanted: waiting / 3, reason: 'withinRange' }) }

export const cases = ({ policyLaws, strategyLaws, demand }, isBroken) => [
  ...policyLaws('a policy', () => (isBroken ? broken : demand())),
  ...strategyLaws('restartOne', () => restartOne()),
]

export const asyncCases = ({ busContract, fc, groupLaws, memoryBus, virtualTime, workerGroup }) => {
  const make = (given, watch) => workerGroup({ ...given, action: watch(({ input }) => input) })
  const environment = () => {
    const time = virtualTime()
    const bus = memoryBus({ scheduler: time.scheduler, leaseMs: 500, maxMessageBytes: 10_000 })
    return { bus, leaseMs: 500, scheduler: time.scheduler, advance: (ms) => time.advance(ms), publishRaw: (topic, raw) => bus.publishRaw(topic, raw) }
  }
  return [
    ...groupLaws('a group', make, { inputs: fc.nat() }),
    ...busContract(environment, environment().bus.features).map(({ name, run }) => ({ title: name, check: run })),
  ]
}
