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
  readonly mostBusy: number
}

export const NO_EPOCH: Epoch = { ended: 0, servedMs: 0, busyMs: 0, lastedMs: 0, mostBusy: 0 }

export const extend = (epoch: Epoch, load: LoadSample): Epoch => ({
  ended: epoch.ended + load.completions,
  servedMs: epoch.servedMs + (load.servedMs ?? load.busyMs),
  busyMs: epoch.busyMs + load.busyMs,
  lastedMs: epoch.lastedMs + load.windowMs,
  mostBusy: Math.max(epoch.mostBusy, load.maxInFlight),
})

/** The mean number at work. */
export const meanBusy = ({ busyMs, lastedMs }: Epoch): number => (lastedMs > 0 ? busyMs / lastedMs : 0)

/**
 * An epoch in which the line was empty. Whoever came found the mean number at work and joined it. If it took longer
 * than it should, those did who came while the most were at work.
 */
export const idleSight = (epoch: Epoch, baseMs: number, wanted: number): Sight => {
  const mean = meanBusy(epoch)
  const slowed = baseMs > 0 && epoch.servedMs > SLOWED * baseMs * epoch.ended
  const busy = slowed ? Math.max(epoch.mostBusy, mean) : Math.min(mean + 1, Math.max(wanted, mean))
  return { busy, ended: epoch.ended, tookMs: epoch.servedMs }
}

const SLOWED = 1.15

/** An epoch in which the line was never empty and the number at work stood: over its length, all busy time is somebody's. */
export const fullSight = (epoch: Epoch): Sight => ({ busy: meanBusy(epoch), ended: epoch.ended, tookMs: epoch.busyMs })

/**
 * The same before it is long enough to be taken at its word. Those still at work have not ended, which is no sign that
 * they are slow unless they take longer than they should: one full round of them is left out.
 */
export const earlySight = (epoch: Epoch, baseMs: number, variation: number): Sight => {
  const busy = meanBusy(epoch)
  const surelyMs = epoch.busyMs - busy * baseMs * (1 + variation * variation)
  return { busy, ended: epoch.ended, tookMs: Math.max(Math.min(epoch.servedMs, epoch.busyMs), surelyMs) }
}
