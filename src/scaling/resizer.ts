import type { LoadSample } from '../core/load.js'
import { check, checkOptions, flag, whole, within } from '../core/options.js'
import { isCount } from './bounds.js'
import { moved, rangeProblems, unmeasured, withinLimits } from './limit.js'
import { notNegative } from './option-codecs.js'
import type { ScalingPolicy } from './policy.js'

export interface ResizerOptions {
  /** Fewest workers wanted; 1 or more, at most `upperBound`, default 1. The group's `min` wins. */
  readonly lowerBound?: number | undefined
  /** Most workers wanted; 1 or more, default 10. The group's `max` wins. */
  readonly upperBound?: number | undefined
  /** What makes a worker busy: 0, that it is at work; n, that n items wait for it as well. 0 or more, default 1. */
  readonly pressureThreshold?: number | undefined
  /** By how much it grows while all are busy, as a share of the workers, rounded up; 0 or more, default 0.2. */
  readonly rampupRate?: number | undefined
  /** The share of workers at work below which it shrinks; up to 1, never for 0 or less, default 0.3. */
  readonly backoffThreshold?: number | undefined
  /** By how much it shrinks, as a share of the workers, rounded up; from 0 to 1, default 0.1. */
  readonly backoffRate?: number | undefined
  /** Whether it shrinks by the share of busy workers, as Pekko does, so that a worker for which nothing waits is idle though it is at work; default false. */
  readonly backoffByPressure?: boolean | undefined
  /** Items that arrive between two changes; 1 or more, default 10. */
  readonly messagesPerResize?: number | undefined
}

/** What `resizer` remembers. */
export interface ResizerState {
  /** Workers wanted last; null before the first sample. */
  readonly limit: number | null
  /** Items that arrived since the last change was due. */
  readonly arrived: number
}

/**
 * Grows by a share while all workers are busy, shrinks by a share while few are at work, and looks at it once in every
 * `messagesPerResize` items that arrive. Of n workers with b busy and w at work: `n + ceil(n · rampupRate)` when
 * `b >= n`, `n − ceil(n · backoffRate)` when `w / n < backoffThreshold`. Nothing arrives, nothing changes.
 *
 * As Pekko's `DefaultResizer` (https://github.com/apache/pekko, actor/src/main/scala/org/apache/pekko/routing/Resizer.scala).
 * There each worker has a line of its own; here the items that wait (`waiting`) are dealt out to those alive (`live`) one
 * by one, and of those at work (`inFlight`) as many are busy as get `pressureThreshold` of them. There also shrinking goes
 * by b, so that two items for one worker make two workers of it, for which none waits, and then one again, for ever;
 * `backoffByPressure` gives that. n is what it wanted last, so that a worker that is slow to start is asked for once. A
 * window with several times `messagesPerResize` arrivals changes it once. A sample with a number missing holds the last
 * answer.
 *
 * @throws {OptionsError} When an option is out of its range, or `lowerBound` exceeds `upperBound`.
 */
export const resizer = (options: ResizerOptions = {}): ScalingPolicy<ResizerState> => {
  checkOptions('resizer', CODECS, options, () => rangeProblems(withDefaults(options), 'lowerBound', 'upperBound'))
  const settings = withDefaults(options)
  return {
    name: 'resizer',
    initial: { limit: null, arrived: 0 },
    step: ({ limit: before, arrived }, load) => {
      const from = withinLimits(before ?? (isCount(load.live) ? load.live : 0), settings, load)
      if (!isUsable(load)) return unmeasured({ limit: from, arrived }, before, from)
      const counted = arrived + load.arrivals
      const isDue = before === null || counted >= settings.messagesPerResize
      const wished = isDue ? from + change(from, load, settings) : from
      const limit = withinLimits(wished, settings, load)
      return moved({ limit, arrived: counted % settings.messagesPerResize }, { before, from, wished, limit })
    },
  }
}

const CODECS = {
  lowerBound: whole(1),
  upperBound: whole(1),
  pressureThreshold: whole(0),
  rampupRate: notNegative,
  backoffThreshold: check('a share, at most 1', (value): value is number => typeof value === 'number' && value <= 1),
  backoffRate: within(0, 1, 'a share'),
  backoffByPressure: flag,
  messagesPerResize: whole(1),
}

type Settings = { readonly [Name in keyof Omit<ResizerOptions, 'lowerBound' | 'upperBound'>]-?: NonNullable<ResizerOptions[Name]> } & {
  readonly minLimit: number
  readonly maxLimit: number
}

const withDefaults = ({
  lowerBound = 1, upperBound = 10, pressureThreshold = 1, rampupRate = 0.2, backoffThreshold = 0.3, backoffRate = 0.1, backoffByPressure = false,
  messagesPerResize = 10,
}: ResizerOptions): Settings =>
  ({ minLimit: lowerBound, maxLimit: upperBound, pressureThreshold, rampupRate, backoffThreshold, backoffRate, backoffByPressure, messagesPerResize })

const isUsable = ({ live, waiting, inFlight, arrivals, min, max }: LoadSample): boolean =>
  [live, waiting, inFlight, arrivals, min, max].every(isCount) && min <= max

/** How many workers are busy: all at work at a threshold of 0. */
const pressure = ({ live, waiting, inFlight }: LoadSample, { pressureThreshold }: Settings): number =>
  Math.min(inFlight, Math.max(0, waiting - (pressureThreshold - 1) * live))

const change = (workers: number, load: LoadSample, settings: Settings): number => {
  const { rampupRate, backoffThreshold, backoffRate, backoffByPressure } = settings
  const busy = pressure(load, settings)
  const used = backoffByPressure ? busy : load.inFlight
  const rampup = busy < workers ? 0 : Math.ceil(rampupRate * workers)
  const backoff = used / workers < backoffThreshold ? Math.ceil(backoffRate * workers) : 0
  return rampup - backoff
}
