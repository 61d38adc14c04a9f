import type { LoadSample } from '../core/load.js'
import { UNSEEN, type AdaptivePlan } from './adaptive-options.js'
import type { Lessons } from './adaptive-lessons.js'

/** What the load asks for. */
export interface Asking {
  /** Arrivals per ms, smoothed over about a second. */
  readonly rate: number
  /** Workers needed; falls slowly. */
  readonly held: number
}

export const startAsking: Asking = { rate: 0, held: 0 }

const SMOOTHED_MS = 1_000
/** A window shorter than this says too little about the rate. */
const LEAST_WINDOW_MS = 50
/** What waits is worked off in no fewer services than this. */
const FEWEST_SERVICES = 3

/** Little's law, with some to spare and to work off what waits. */
export const askFor = (before: Asking, load: LoadSample, lessons: Lessons, { wanted, plan }: { readonly wanted: number; readonly plan: AdaptivePlan }): Asking => {
  const { windowMs, arrivals, waiting } = load
  const rate = before.rate + (1 - Math.exp(-windowMs / SMOOTHED_MS)) * (arrivals / windowMs - before.rate)
  // Surely more than before: by two standard deviations of a count.
  const surely = windowMs >= LEAST_WINDOW_MS ? (arrivals - 2 * Math.sqrt(arrivals)) / windowMs : 0
  const busy = Math.max(rate, surely) * lessons.baseMs
  const extra = (waiting * lessons.baseMs) / Math.max(plan.drainMs, FEWEST_SERVICES * lessons.baseMs)
  const blind = waiting > 0 ? Math.max(wanted, Math.min(UNSEEN, load.live + waiting)) : wanted
  const need = lessons.known ? Math.ceil(busy + plan.headroom * Math.sqrt(busy) + 1 + extra) : blind
  return { rate, held: Math.max(need, before.held * Math.exp(-windowMs / plan.holdMs)) }
}
