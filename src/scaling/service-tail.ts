import type { LoadSample } from '../core/load.js'
import { isSpan } from './clock.js'

/** Service times, summed: of how many messages, their times, and the logarithms of the medians of their windows. */
export interface ServiceSums {
  readonly ended: number
  /** Time from start to end of what ended, in ms. */
  readonly servedMs: number
  readonly logMs: number
}

export const NO_SERVICE: ServiceSums = { ended: 0, servedMs: 0, logMs: 0 }

/** With those of one more sample; `share` of what was before is kept. */
export const withServices = (before: ServiceSums, load: LoadSample, share = 1): ServiceSums => {
  const servedMs = load.servedMs !== undefined && isSpan(load.servedMs) ? load.servedMs : load.busyMs
  return {
    ended: before.ended * share + load.completions,
    servedMs: before.servedMs * share + servedMs,
    logMs: before.logMs * share + (load.completions === 0 ? 0 : load.completions * Math.log(medianOf(load, servedMs / load.completions))),
  }
}

const medianOf = ({ serviceMs }: LoadSample, meanMs: number): number => {
  const ms = serviceMs?.p50 ?? 0
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_VALUE, isSpan(ms) && ms > 0 ? ms : meanMs))
}

/** By how much the mean lies above the typical time, as a logarithm. */
export const tailOf = ({ ended, servedMs, logMs }: ServiceSums): number =>
  ended > FORGOTTEN && servedMs > 0 ? Math.log(servedMs / ended) - logMs / ended : 0

/** So little is left of what was seen, in messages, that nothing is. */
const FORGOTTEN = 1e-6

/**
 * The time that as many messages would have taken whose tail is as it is over long. A downstream that slows, slows every
 * message, and with them the median; a few long ones lengthen nothing but the mean. In ms.
 */
export const typicalMs = ({ ended, logMs }: ServiceSums, tail: number): number => (ended > 0 ? ended * Math.exp(logMs / ended + tail) : 0)
