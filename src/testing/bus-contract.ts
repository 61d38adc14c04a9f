import type { BusFeatures } from '../bus/bus.js'
import { deadCases } from './bus-cases-dead.js'
import { flowCases } from './bus-cases-flow.js'
import { groupCases } from './bus-cases-group.js'
import { leaseCases } from './bus-cases-lease.js'
import { messageCases } from './bus-cases-message.js'
import { type BusEnvironment, type BusTrial, trialOf } from './bus-environment.js'

/** One promise of a bus; rejects with a clear error where it is broken. */
export interface BusCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** A case before it has a bus of its own. */
export interface BusPromise {
  readonly name: string
  /** Told which features the promise is about: it is tried only where they are promised. */
  readonly applies?: ((features: BusFeatures) => boolean) | undefined
  try(trial: BusTrial, features: BusFeatures): Promise<void>
}

/**
 * Every promise of a bus as a case to run, under any test runner: `for (const { name, run } of busContract(…)) it(name, run)`.
 * Each case makes its own bus and closes it; topics and groups have names of their own case, so a broker need not be
 * emptied in between. What the features do not promise is not listed. Cases wait for what they expect, never for a while.
 */
export const busContract = (make: () => BusEnvironment | Promise<BusEnvironment>, features: BusFeatures): readonly BusCase[] =>
  [...messageCases, ...groupCases, ...flowCases, ...leaseCases, ...deadCases]
    .filter(({ applies }) => applies?.(features) ?? true)
    .map((promise) => ({ name: promise.name, run: () => run(promise, make, features) }))

const run = async (promise: BusPromise, make: () => BusEnvironment | Promise<BusEnvironment>, features: BusFeatures): Promise<void> => {
  const environment = await make()
  try {
    await promise.try(trialOf(environment), features)
  } finally {
    await environment.bus.close()
    await environment.close?.()
  }
}
