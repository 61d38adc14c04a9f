import type { LoadSample } from '../core/load.js'
import { NO_SERVICE, typicalMs, withServices, type ServiceSums } from './service-tail.js'

/** What was seen at one number of workers at work: so many ended, and so much time it took them all, in ms. */
export interface Sight {
  readonly busy: number
  readonly ended: number
  readonly tookMs: number
}

/** A stretch of time that is one sight in the making. */
export interface Epoch extends ServiceSums {
  /** Workers at work, summed over the time, in worker-ms. */
  readonly busyMs: number
  readonly lastedMs: number
  /** Of this, so long the line was never empty. */
  readonly fullMs: number
  readonly mostBusy: number
}

export const NO_EPOCH: Epoch = { ...NO_SERVICE, busyMs: 0, lastedMs: 0, fullMs: 0, mostBusy: 0 }

export const extend = (epoch: Epoch, load: LoadSample, full: boolean): Epoch => ({
  ...withServices(epoch, load),
  busyMs: epoch.busyMs + load.busyMs,
  lastedMs: epoch.lastedMs + load.windowMs,
  fullMs: epoch.fullMs + (full ? load.windowMs : 0),
  mostBusy: Math.max(epoch.mostBusy, load.maxInFlight),
})

/** The mean number at work. */
export const meanBusy = ({ busyMs, lastedMs }: Epoch): number => (lastedMs > 0 ? busyMs / lastedMs : 0)

/** Whether the line was never empty for most of it: the number at work stood. */
export const isFull = ({ fullMs, lastedMs }: Epoch): boolean => fullMs * 2 > lastedMs

/** What an epoch is judged by. */
export interface Standard {
  /** How long a message takes while it is not slowed, in ms; 0 before that is known. */
  readonly baseMs: number
  /** Workers wanted. */
  readonly wanted: number
  /** Coefficient of variation of the service times. */
  readonly variation: number
  /** By how much their mean lies above the typical time over long, as a logarithm. */
  readonly tail: number
}

/**
 * What an epoch says. It must not end because of what is waiting: a long message makes others wait, and its end makes
 * an end of that, so it would always be counted among those for which nobody waited.
 *
 * With a full line, over its length, all busy time is somebody's, those cut off by its end included. Otherwise whoever
 * came joined as many as that many arrivals occupy at the base time: the number measured at work grows with the very times
 * that are judged by it, so that a few long ones would look like a knee. Only if they took longer than chance explains,
 * those did who came while the most were at work.
 *
 * Of times with a long tail, a mean is now and then far more than it should be, and the knee that it would look like is
 * believed in for long. So no more counts than what is typical of the epoch bears out.
 */
export const sightOf = (epoch: Epoch, { baseMs, wanted, variation, tail }: Standard): Sight => {
  const mean = meanBusy(epoch)
  const deviation = variation / Math.sqrt(epoch.ended)
  const mostMs = epoch.ended > 0 ? typicalMs(epoch, tail) * (1 + deviation) : Infinity
  if (isFull(epoch)) return { busy: mean, ended: epoch.ended, tookMs: Math.min(epoch.busyMs, mostMs) }
  const slowed = baseMs > 0 && Math.min(epoch.servedMs, typicalMs(epoch, tail)) > (1 + Math.max(SLOWED, SURELY * deviation)) * baseMs * epoch.ended
  const expected = baseMs > 0 && !slowed ? (baseMs * epoch.ended) / epoch.lastedMs : mean
  const busy = slowed ? Math.max(epoch.mostBusy, mean) : Math.min(expected + 1, Math.max(wanted, expected))
  return { busy, ended: epoch.ended, tookMs: Math.min(epoch.servedMs, mostMs) }
}

/** Times that are longer by less are not slow. */
const SLOWED = 0.15
/** So many standard deviations of a mean are no chance: tails are heavier than the normal's. */
const SURELY = 5

/**
 * The same before it is long enough to be taken at its word. Those still at work have not ended, which is no sign that
 * they are slow unless they take longer than they should: one full round of them is left out.
 */
export const earlySight = (epoch: Epoch, standard: Standard): Sight => {
  const { baseMs, variation } = standard
  const sight = sightOf(epoch, standard)
  if (!isFull(epoch)) return sight
  const surelyMs = epoch.busyMs - sight.busy * baseMs * (1 + variation * variation)
  return { ...sight, tookMs: Math.max(Math.min(epoch.servedMs, epoch.busyMs), surelyMs) }
}
