import * as fc from 'fast-check'
import { checkOptions, milliseconds, whole } from '../core/options.js'
import { seededRandom } from './seeded-random.js'

/** What may go wrong, by what is asked of the bus. */
export const FAULTS = {
  /** `refused`: rejects, and the broker has nothing. `unconfirmed`: rejects, but the broker has them. `twice`: the broker has each twice. */
  publish: ['refused', 'unconfirmed', 'twice'],
  /**
   * `late`: comes after `ms`. `overtaken`: comes after the next one, or after `ms`. `disconnected`: the connection is lost
   * for `ms`, and the bus gets it back by itself. `brokenOff`: the same, and delivery streams error.
   */
  delivery: ['late', 'overtaken', 'disconnected', 'brokenOff'],
  /** `unheard`: rejects, and the broker knows nothing: it comes again when its lease ends. */
  settle: ['unheard'],
} as const

export type FaultOccasion = keyof typeof FAULTS
export type FaultName = (typeof FAULTS)[FaultOccasion][number]

/** One fault of a plan: at the nth time, counted from 1, that this is asked of the bus or comes from it. */
export interface PlannedFault {
  readonly on: FaultOccasion
  readonly nth: number
  readonly fault: FaultName
  /** How late, or how long without a connection, in ms: 0 or more, default 100. */
  readonly ms?: number | undefined
}

/** A fault that has been injected. */
export interface InjectedFault extends PlannedFault {
  readonly ms: number
  /** The moment, on the scheduler, in ms. */
  readonly atMs: number
}

/** Asked each time something happens that might go wrong; undefined: it goes right. */
export type FaultSource = (on: FaultOccasion, nth: number) => { readonly fault: FaultName; readonly ms: number } | undefined

export interface FaultPlanOptions {
  /** Faults at most: 0 or more, default 10. */
  readonly maxFaults?: number | undefined
  /** The highest `nth`: 1 or more, default 30. */
  readonly maxNth?: number | undefined
  /** The longest that is late or lost, in ms: 0 or more, default 500. */
  readonly maxMs?: number | undefined
}

export const DEFAULT_MS = 100

export const byPlan = (plan: readonly PlannedFault[]): FaultSource => {
  const faults = new Map(plan.map(({ on, nth, fault, ms = DEFAULT_MS }) => [`${on} ${nth}`, { fault, ms }]))
  return (on, nth) => faults.get(`${on} ${nth}`)
}

const OCCASIONS: readonly FaultOccasion[] = ['publish', 'delivery', 'settle']

/** Each occasion has chance of its own, so that one more publish changes nothing about deliveries. */
export const bySeed = (seed: number, chances: Readonly<Record<FaultName, number>>, maxMs: number): FaultSource => (on, nth) => {
  const random = seededRandom(seed, OCCASIONS.indexOf(on), nth)
  let left = random()
  for (const fault of FAULTS[on]) {
    if (left < chances[fault]) return { fault, ms: Math.floor(random() * maxMs) }
    left -= chances[fault]
  }
  return undefined
}

/**
 * Plans of what goes wrong with a bus, at most one fault each time. They shrink to no fault at all, so that a failing
 * property tells which faults it takes.
 *
 * @throws {OptionsError}
 */
export const faultPlans = (options: FaultPlanOptions = {}): fc.Arbitrary<readonly PlannedFault[]> => {
  checkOptions('faultPlans', { maxFaults: whole(0), maxNth: whole(1), maxMs: milliseconds() }, options)
  const { maxFaults = 10, maxNth = 30, maxMs = 500 } = options
  const one = fc.constantFrom(...OCCASIONS).chain((on) =>
    fc.record({ on: fc.constant(on), nth: fc.integer({ min: 1, max: maxNth }), fault: fc.constantFrom<FaultName>(...FAULTS[on]), ms: fc.integer({ min: 0, max: Math.floor(maxMs) }) }))
  return fc.uniqueArray(one, { maxLength: maxFaults, selector: ({ on, nth }) => `${on} ${nth}` })
}
