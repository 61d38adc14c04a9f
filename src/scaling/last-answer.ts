import type { LoadSample } from '../core/load.js'
import { isCount, withinBounds } from './bounds.js'
import type { Reason } from './policy.js'

/** What a policy that builds on its own answers remembers of the last one. */
export interface LastAnswer {
  /** Workers wanted last; null before the first sample. */
  readonly wanted: number | null
  /** The latest moment seen, in ms. */
  readonly nowMs: number
}

/** The same, brought up to a sample. */
export interface Current extends LastAnswer {
  readonly wanted: number
}

/** The last answer within the bounds of this sample; before the first, what is alive. A clock that went back stands still. */
export const current = ({ wanted, nowMs }: LastAnswer, load: LoadSample): Current => ({
  wanted: withinBounds(wanted ?? (isCount(load.live) ? load.live : 0), load),
  nowMs: isMeasure(load.nowMs) ? Math.max(nowMs, load.nowMs) : nowMs,
})

/** Whether it is a span, a moment or an amount of work that can be reckoned with; anything else counts as missing. */
export const isMeasure = (value: number): boolean => Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER

/** Whether the bounds of the sample are there and do not contradict each other. */
export const areBounds = ({ min, max }: LoadSample): boolean => isCount(min) && isCount(max) && min <= max

/** Why the answer is what it is, after one that was `from` within the bounds of this sample. */
export const reasonFor = (last: LastAnswer, from: number, wanted: number): Reason => {
  if (wanted > from) return 'tooFew'
  if (wanted < from) return 'tooMany'
  if (last.wanted === null) return 'initial'
  return last.wanted === wanted ? 'withinRange' : 'limited'
}
