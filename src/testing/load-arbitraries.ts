import * as fc from 'fast-check'
import type { LoadSample } from '../core/load.js'
import { checkOptions, whole } from '../core/options.js'

export interface LoadOptions {
  /** The most workers that a group may be allowed: 1 or more, default 25. */
  readonly maxWorkers?: number | undefined
  /** The most items that may wait: 0 or more, default 50. */
  readonly maxWaiting?: number | undefined
  /** The longest that an item waits, in ms: 0 or more, default 5,000. */
  readonly maxWaitMs?: number | undefined
  /** The longest that an attempt takes, in ms: 0 or more, default 1,000. */
  readonly maxServiceMs?: number | undefined
}

const OPTIONS = { maxWorkers: whole(1), maxWaiting: whole(0), maxWaitMs: whole(0), maxServiceMs: whole(0) }

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })

/**
 * Loads that a group could be under: never more at work or idle than alive, never more alive than `max`, `min` no more
 * than `max`, quantiles in their order and absent when nothing ended. Each is a moment of its own: for moments in order,
 * give them times in order. They shrink to an idle group at moment 0.
 *
 * @throws {OptionsError}
 */
export const loads = (options: LoadOptions = {}): fc.Arbitrary<LoadSample> => {
  checkOptions('loads', OPTIONS, options)
  const { maxWorkers = 25, maxWaiting = 50, maxWaitMs = 5_000, maxServiceMs = 1_000 } = options
  return fc.record({
    nowMs: upTo(1_000_000),
    windowMs: upTo(10_000),
    bounds: fc.tuple(upTo(Math.floor(maxWorkers / 5)), upTo(maxWorkers)).map(([min, max]) => ({ min, max: Math.max(min, max) })),
    live: fc.nat(),
    busy: fc.nat(),
    peak: fc.nat(),
    waiting: upTo(maxWaiting),
    oldestWaitMs: fc.oneof(fc.constant(0), upTo(maxWaitMs)),
    idle: fc.array(upTo(200_000), { maxLength: maxWorkers }),
    arrivals: upTo(1_000),
    completions: upTo(1_000),
    failures: upTo(10),
    service: fc.array(upTo(maxServiceMs), { minLength: 3, maxLength: 3 }),
  }).map(toLoad)
}

interface Draft extends Pick<LoadSample, 'nowMs' | 'windowMs' | 'live' | 'waiting' | 'oldestWaitMs' | 'arrivals' | 'completions' | 'failures'> {
  readonly bounds: Pick<LoadSample, 'min' | 'max'>
  readonly busy: number
  readonly peak: number
  readonly idle: readonly number[]
  readonly service: readonly number[]
}

const toLoad = ({ bounds, busy, peak, idle, service, ...rest }: Draft): LoadSample => {
  const live = rest.live % (bounds.max + 1)
  const inFlight = busy % (live + 1)
  const idleMs = Array.from({ length: live - inFlight }, (_, at) => idle[at] ?? 0).toSorted((a, b) => b - a)
  const [p50 = 0, p90 = 0, p99 = 0] = service.toSorted((a, b) => a - b)
  return {
    ...rest, ...bounds, live, inFlight, idleMs,
    maxInFlight: inFlight + (peak % (live - inFlight + 1)),
    busyMs: inFlight * rest.windowMs,
    ...(rest.completions > 0 ? { serviceMs: { p50, p90, p99 } } : {}),
  }
}

const junk = fc.constantFrom<unknown>(undefined, null, Number.NaN, Infinity, -Infinity, -1, 0.5, 'seven')

/** All of a load but its bounds. */
const PARTS = [
  'nowMs', 'windowMs', 'live', 'waiting', 'inFlight', 'maxInFlight', 'oldestWaitMs', 'arrivals', 'completions', 'failures', 'busyMs',
  'eventLoopUtilization', 'memory',
]

/**
 * Loads of which any part but the bounds may be missing or nonsense: not a number, infinite, negative, a fraction, a
 * word. They shrink to a load with nothing broken.
 *
 * @throws {OptionsError}
 */
export const brokenLoads = (options: LoadOptions = {}): fc.Arbitrary<LoadSample> => {
  const parts = Object.fromEntries(PARTS.map((part) => [part, junk]))
  const service = fc.record({ p50: junk, p90: junk, p99: junk }, { requiredKeys: [] })
  const broken = fc.record({ ...parts, idleMs: fc.oneof(junk, fc.array(junk)), serviceMs: fc.oneof(junk, service) }, { requiredKeys: [] })
  return fc.tuple(loads(options), broken).map(([load, wrong]) => Object.assign({ ...load }, wrong))
}

/** A load of which nothing is known but its bounds. */
export const unknownLoad = ({ min, max }: LoadSample): LoadSample => {
  const nothing = Number.NaN
  return {
    nowMs: nothing, windowMs: nothing, live: nothing, min, max, waiting: nothing, inFlight: nothing, maxInFlight: nothing,
    arrivals: nothing, completions: nothing, failures: nothing, oldestWaitMs: nothing, idleMs: [], busyMs: nothing,
  }
}
