import type { LoadSample } from '../core/load.js'
import type { AdaptivePlan } from './adaptive-options.js'
import { isSpan } from './clock.js'
import { estimateKnee } from './knee-estimate.js'
import { earlySight, extend, isFull, meanBusy, NO_EPOCH, sightOf, type Epoch, type Sight } from './knee-evidence.js'
import { nearest, sizesUpTo } from './knee-sizes.js'
import { NO_SERVICE, tailOf, withServices, type ServiceSums } from './service-tail.js'

/** What was seen so far, and what is being seen. */
export interface Learning {
  /** Messages that ended at each size, and the time they took altogether, in ms. */
  readonly ended: readonly number[]
  readonly tookMs: readonly number[]
  readonly epoch: Epoch
  /** Whether someone waited at the last sample. */
  readonly waited: boolean
  /** Coefficient of variation of the service times. */
  readonly variation: number
  /** How long a message takes while it is not slowed, in ms. */
  readonly baseMs: number
  /** Service times over long. */
  readonly services: ServiceSums
  /** How long messages took lately, in ms. */
  readonly recentMs: number
  /** Whether the load was more than the number of workers bears. */
  readonly overloaded: boolean
}

/** What follows from it. */
export interface Lessons {
  /** The number of workers at which the downstream gives most. */
  readonly best: number
  readonly baseMs: number
  readonly variation: number
  /** The largest number of workers that was tried. */
  readonly tried: number
  /** Whether someone waited at both ends of the window. */
  readonly full: boolean
  readonly known: boolean
}

export const startLearning: Learning = { ended: [], tookMs: [], epoch: NO_EPOCH, waited: false, variation: 2, baseMs: 0, services: NO_SERVICE, recentMs: 0, overloaded: false }

interface Circumstances {
  readonly wanted: number
  readonly settled: boolean
  readonly plan: AdaptivePlan
}

interface Learnt {
  readonly lessons: Lessons
  readonly learning: { readonly open: Learning; closed(baseMs: number): Learning }
}

/** Messages by which an epoch ends, in those that make a number of workers count as tried. */
const EPOCH = 3.3
/** What is kept of what was seen beyond, at each epoch under more load than it bears. */
const KEPT = 0.8

export const learn = (before: Learning, load: LoadSample, { wanted, settled, plan }: Circumstances): Learnt => {
  const sizes = sizesUpTo(load.max)
  const full = before.waited && load.waiting > 0
  const variation = variationOf(before.variation, load)
  const enough = plan.evidence * (1 + variation * variation)
  const kept = 0.5 ** (load.windowMs / plan.memoryMs)
  const services = withServices(before.services, load, kept)
  const standard = { baseMs: before.baseMs, wanted, variation, tail: tailOf(services) }
  const board = new Board(sizes, before, kept)
  let epoch = full && !settled ? before.epoch : extend(before.epoch, load, full)
  if (epoch.ended >= EPOCH * enough) {
    if (isFull(epoch) && before.overloaded) board.forgetBeyond(meanBusy(epoch))
    board.put(sightOf(epoch, standard))
    epoch = NO_EPOCH
  }
  const now = board.copy()
  now.put(earlySight(epoch, standard))
  const { best, baseMs } = estimateKnee(sizes, now.ended, now.tookMs, variation)
  const tried = sizes[now.ended.findLastIndex((count, at) => count >= Math.min(enough, sizes[at] ?? 0))] ?? 0
  const rest = { waited: load.waiting > 0, variation, services, recentMs: recentOf(before.recentMs, load), baseMs: baseMs > 0 ? baseMs : before.baseMs, overloaded: before.overloaded }
  const closed = (closedBaseMs: number): Learning => {
    if (!isFull(epoch)) return { ...rest, ended: board.ended, tookMs: board.tookMs, epoch }
    if (epoch.lastedMs >= closedBaseMs) board.put(sightOf(epoch, { ...standard, baseMs: closedBaseMs }))
    return { ...rest, ended: board.ended, tookMs: board.tookMs, epoch: NO_EPOCH }
  }
  return {
    lessons: { best: sizes[best] ?? load.max, baseMs: rest.baseMs, variation, tried, full, known: now.ended.some((count) => count > 0) },
    learning: { open: { ...rest, ended: board.ended, tookMs: board.tookMs, epoch }, closed },
  }
}

/** What was seen at each size. */
class Board {
  readonly ended: number[]
  readonly tookMs: number[]
  readonly #sizes: readonly number[]

  constructor(sizes: readonly number[], { ended, tookMs }: Pick<Learning, 'ended' | 'tookMs'>, share = 1) {
    this.#sizes = sizes
    this.ended = ended.slice(0, sizes.length).map((count) => count * share)
    this.tookMs = tookMs.slice(0, sizes.length).map((ms) => ms * share)
  }

  copy(): Board {
    return new Board(this.#sizes, this)
  }

  put({ busy, ended, tookMs }: Sight): void {
    if (!(tookMs > 0)) return
    const at = nearest(this.#sizes, busy)
    while (this.ended.length <= at) {
      this.ended.push(0)
      this.tookMs.push(0)
    }
    this.ended[at] = (this.ended[at] ?? 0) + ended
    this.tookMs[at] = (this.tookMs[at] ?? 0) + tookMs
  }

  forgetBeyond(busy: number): void {
    for (let at = nearest(this.#sizes, busy) + 1; at < this.ended.length; at += 1) {
      this.ended[at] = (this.ended[at] ?? 0) * KEPT
      this.tookMs[at] = (this.tookMs[at] ?? 0) * KEPT
    }
  }
}

const LEAST_VARIATION = 0.4
const MOST_VARIATION = 3
const NINETIETH = 1.2816 // of the standard normal

/** Over some ten messages. */
const recentOf = (before: number, { servedMs, completions }: LoadSample): number => {
  if (servedMs === undefined || !isSpan(servedMs) || completions === 0) return before
  const meanMs = servedMs / completions
  return before === 0 ? meanMs : before + (1 - RECENT ** completions) * (meanMs - before)
}

const RECENT = 0.9

/** Messages of a window whose quantiles are taken at their word; one alone says nothing. */
const SURE = 10

/** As for a lognormal: σ = ln(p90 / p50) / 1.2816, variation = √(exp σ² − 1); followed slowly, and the slower the fewer ended. */
const variationOf = (before: number, { serviceMs, completions }: LoadSample): number => {
  const { p50 = 0, p90 = 0 } = serviceMs ?? {}
  if (!isSpan(p50) || !isSpan(p90) || p50 === 0) return before
  const sigma = Math.log(Math.max(1, p90 / p50)) / NINETIETH
  const seen = Math.min(MOST_VARIATION, Math.max(LEAST_VARIATION, Math.sqrt(Math.exp(sigma * sigma) - 1)))
  const weight = 0.1 * Math.min(1, Math.max(0, completions - 1) / (SURE - 1))
  return before + weight * (seen - before)
}
