import type { LoadSample } from '../core/load.js'

/** What was seen at one number of workers at work: so many ended, and so much time it took them all, in ms. */
export interface Sight {
  readonly busy: number
  readonly ended: number
  readonly tookMs: number
}

/** A stretch of time that is one sight in the making. */
export interface Epoch {
  readonly ended: number
  /** Time from start to end of what ended, summed, in ms. */
  readonly servedMs: number
  /** Workers at work, summed over the time, in worker-ms. */
  readonly busyMs: number
  readonly lastedMs: number
  /** Of this, so long the line was never empty. */
  readonly fullMs: number
  readonly mostBusy: number
}

export const NO_EPOCH: Epoch = { ended: 0, servedMs: 0, busyMs: 0, lastedMs: 0, fullMs: 0, mostBusy: 0 }

export const extend = (epoch: Epoch, load: LoadSample, full: boolean): Epoch => ({
  ended: epoch.ended + load.completions,
  servedMs: epoch.servedMs + (load.servedMs ?? load.busyMs),
  busyMs: epoch.busyMs + load.busyMs,
  lastedMs: epoch.lastedMs + load.windowMs,
  fullMs: epoch.fullMs + (full ? load.windowMs : 0),
  mostBusy: Math.max(epoch.mostBusy, load.maxInFlight),
})

/** The mean number at work. */
export const meanBusy = ({ busyMs, lastedMs }: Epoch): number => (lastedMs > 0 ? busyMs / lastedMs : 0)

/** Whether the line was never empty for most of it: the number at work stood. */
export const isFull = ({ fullMs, lastedMs }: Epoch): boolean => fullMs * 2 > lastedMs

/**
 * What an epoch says. It must not end because of what is waiting: a long message makes others wait, and its end makes
 * an end of that, so it would always be counted among those for which nobody waited.
 *
 * With a full line, over its length, all busy time is somebody's, those cut off by its end included. Otherwise whoever
 * came joined as many as that many arrivals occupy at the base time: the number measured at work grows with the very times
 * that are judged by it, so that a few long ones would look like a knee. Only if they took longer than chance explains,
 * those did who came while the most were at work.
 */
export const sightOf = (epoch: Epoch, baseMs: number, wanted: number, variation: number): Sight => {
  const mean = meanBusy(epoch)
  if (isFull(epoch)) return { busy: mean, ended: epoch.ended, tookMs: epoch.busyMs }
  const chance = (SURELY * variation) / Math.sqrt(epoch.ended)
  const slowed = baseMs > 0 && epoch.servedMs > (1 + Math.max(SLOWED, chance)) * baseMs * epoch.ended
  const expected = baseMs > 0 && !slowed ? (baseMs * epoch.ended) / epoch.lastedMs : mean
  const busy = slowed ? Math.max(epoch.mostBusy, mean) : Math.min(expected + 1, Math.max(wanted, expected))
  return { busy, ended: epoch.ended, tookMs: epoch.servedMs }
}

/** Times that are longer by less are not slow. */
const SLOWED = 0.15
/** So many standard deviations of a mean are no chance: tails are heavier than the normal's. */
const SURELY = 5

/**
 * The same before it is long enough to be taken at its word. Those still at work have not ended, which is no sign that
 * they are slow unless they take longer than they should: one full round of them is left out.
 */
export const earlySight = (epoch: Epoch, baseMs: number, wanted: number, variation: number): Sight => {
  const sight = sightOf(epoch, baseMs, wanted, variation)
  if (!isFull(epoch)) return sight
  const surelyMs = epoch.busyMs - sight.busy * baseMs * (1 + variation * variation)
  return { ...sight, tookMs: Math.max(Math.min(epoch.servedMs, epoch.busyMs), surelyMs) }
}
