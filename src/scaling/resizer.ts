import type { LoadSample } from '../core/load.js'
import { checkOptions, whole, within } from '../core/options.js'
import { isCount } from './bounds.js'
import { decimal } from './decimal.js'
import { inOrder, moved, withinBoth } from './limit.js'
import type { Reason, ScalingDecision, ScalingPolicy } from './policy.js'

export interface ResizerOptions {
  /** Fewest it wants by itself, and to begin with; 1 or more, default 1. The group's bounds win. */
  readonly min?: number | undefined
  /** Most it wants by itself; `min` or more, default 10. The group's bounds win. */
  readonly max?: number | undefined
  /** Added when all are busy, as a share of the workers wanted: 0 to 1, default 0.2. */
  readonly rampUp?: number | undefined
  /** With a smaller share busy than this, fewer are wanted: 0 to 1, default 0.3. */
  readonly backoffBelow?: number | undefined
  /** Taken away then, as a share of the workers wanted: 0 to 1, default 0.1. */
  readonly backoff?: number | undefined
  /** Messages from one resizing to the next; 1 or more, default 10. */
  readonly everyMessages?: number | undefined
}

/** What `resizer` remembers. */
export interface ResizerState {
  /** Workers wanted last; null before the first sample. */
  readonly size: number | null
  /** Messages since it resized last. */
  readonly messages: number
}

type Rates = Required<{ readonly [K in 'rampUp' | 'backoffBelow' | 'backoff']: number }>

const BOUNDS = { min: 1, max: 10 }

const CODECS = { min: whole(1), max: whole(1), rampUp: within(0, 1), backoffBelow: within(0, 1), backoff: within(0, 1), everyMessages: whole(1) }

/**
 * Every `everyMessages` accepted, with n workers wanted: `ceil(rampUp · n)` more if n or more are busy, `ceil(backoff ·
 * n)` fewer if less than the share `backoffBelow` of n is. A worker is busy when it works and more waits: in the line
 * that all share, or to be accepted. So it keeps few enough workers that something waits now and then. A sample with a
 * number missing holds the last answer.
 *
 * As `DefaultResizer` of Apache Pekko, which looks at each worker's own mailbox:
 * https://pekko.apache.org/docs/pekko/current/routing.html.
 *
 * @throws {OptionsError} When an option is out of range, or `max` is below `min`.
 */
export const resizer = (options: ResizerOptions = {}): ScalingPolicy<ResizerState> => {
  checkOptions('resizer', CODECS, options, inOrder(BOUNDS))
  const { min = BOUNDS.min, max = BOUNDS.max, rampUp = 0.2, backoffBelow = 0.3, backoff = 0.1, everyMessages = 10 } = options
  return {
    name: 'resizer',
    initial: { size: null, messages: 0 },
    step: (state, load) => {
      const { size: before } = state
      const from = withinBoth(before ?? min, { min, max }, load)
      if (!isUsable(load)) return stay(state, from, 'held')
      const messages = state.messages + load.arrivals
      if (messages < everyMessages) return stay({ size: before, messages }, from, 'withinRange')
      const wished = from + change(from, busyOf(load), { rampUp, backoffBelow, backoff })
      const size = withinBoth(wished, { min, max }, load)
      return moved({ size, messages: messages % everyMessages }, { before, from, wished, limit: size })
    },
  }
}

const busyOf = ({ inFlight, waiting, oldestWaitMs }: LoadSample): number => (waiting > 0 || oldestWaitMs > 0 ? inFlight : 0)

const change = (size: number, busy: number, { rampUp, backoffBelow, backoff }: Rates): number => {
  const more = busy < size ? 0 : Math.ceil(decimal(rampUp * size))
  const fewer = size > 0 && busy / size < backoffBelow ? Math.ceil(decimal(backoff * size)) : 0
  return more - fewer
}

const stay = ({ size: before, messages }: ResizerState, size: number, reason: Reason): ScalingDecision<ResizerState> =>
  ({ state: { size, messages }, wanted: size, reason: stayReason(before, size, reason) })

const stayReason = (before: number | null, size: number, reason: Reason): Reason => {
  if (before === null) return 'initial'
  return before === size ? reason : 'limited'
}

const isUsable = ({ inFlight, waiting, oldestWaitMs, arrivals }: LoadSample): boolean =>
  [inFlight, waiting, arrivals].every(isCount) && Number.isFinite(oldestWaitMs)
