/** What is known of a downstream. */
export interface KneeEstimate {
  /** The number of workers at which it gives most, as far as is known; a place among the sizes. */
  readonly best: number
  /** How long a message takes while it is not slowed, in ms; 0 if nothing has ended. */
  readonly baseMs: number
}

/** How a message slows past a knee: not at all, or as (busy / knee) to the power of one of these. */
const STEEPNESS = [1, 2, 3] as const

interface Belief {
  readonly knee: number
  readonly steepness: number
  readonly fit: number
  readonly baseMs: number
}

/**
 * Where the knee lies, from what was seen at each size: `ended[i]` messages took `tookMs[i]` altogether while `sizes[i]`
 * were at work. A downstream is believed to slow a message by (busy / knee)^p past its knee, for each knee among the
 * sizes and p of 1 (saturating), 2 and 3 (thrashing), or never. Each belief is weighed by its likelihood: means of times
 * with this coefficient of variation are taken as gamma distributed, with the base time that fits best, so that
 * log L = −(Σ ended·log f + N·log(Σ tookMs / f / N)) / variation². Before anything is seen, a knee is as likely in any
 * doubling of the size as in any other.
 *
 * The best size is that of the largest expected logarithm of throughput: to halve it hurts as much as to double it helps,
 * so with nothing known beyond a size, it lies half way (in doublings) to the largest.
 */
export const estimateKnee = (sizes: readonly number[], ended: readonly number[], tookMs: readonly number[], variation: number): KneeEstimate => {
  const total = ended.reduce((sum, count) => sum + count, 0)
  if (!(total > FORGOTTEN)) return { best: sizes.length - 1, baseMs: 0 }
  const logs = sizes.map(Math.log)
  const beliefs = sizes.flatMap((_, knee) => (knee === sizes.length - 1 ? [0] : STEEPNESS).map((steepness) => believe(knee, steepness, { logs, ended, tookMs, total, variation })))
  const top = beliefs.reduce((most, { fit }) => Math.max(most, fit), -Infinity)
  const weights = beliefs.map(({ knee, steepness, fit }) => Math.exp(fit - top) * prior(logs, knee, steepness))
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const baseMs = beliefs.reduce((sum, belief, index) => sum + belief.baseMs * (weights[index] ?? 0), 0) / all
  return { best: bestSize(logs, beliefs, weights, all), baseMs }
}

/** So little is left of what was seen, in messages, that nothing is. */
const FORGOTTEN = 1e-6

interface Seen {
  readonly logs: readonly number[]
  readonly ended: readonly number[]
  readonly tookMs: readonly number[]
  readonly total: number
  readonly variation: number
}

const believe = (knee: number, steepness: number, { logs, ended, tookMs, total, variation }: Seen): Belief => {
  let [slowed, baseMs] = [0, 0]
  const edge = logs[knee] ?? 0
  for (let at = 0; at < tookMs.length; at += 1) {
    const [count, time] = [ended[at] ?? 0, tookMs[at] ?? 0]
    if (time === 0) continue
    const slowdown = at > knee ? steepness * ((logs[at] ?? 0) - edge) : 0
    slowed += count * slowdown
    baseMs += slowdown === 0 ? time : time * Math.exp(-slowdown)
  }
  baseMs /= total
  return { knee, steepness, baseMs, fit: -(slowed + total * Math.log(Math.max(baseMs, Number.MIN_VALUE))) / (variation * variation) }
}

const prior = (logs: readonly number[], knee: number, steepness: number): number => {
  if (steepness === 0) return 1
  const below = knee === 0 ? 0 : (logs[knee - 1] ?? 0)
  const share = knee === 0 ? (logs[1] ?? 1) : (logs[knee] ?? 0) - below
  return share / STEEPNESS.length
}

/** More workers are preferred only if they are better by more than this. */
const WORTH = 1e-4

const bestSize = (logs: readonly number[], beliefs: readonly Belief[], weights: readonly number[], all: number): number => {
  let [best, most] = [0, -Infinity]
  for (let at = 0; at < logs.length; at += 1) {
    let expected = 0
    for (let index = 0; index < beliefs.length; index += 1) {
      const { knee, steepness } = beliefs[index] ?? NO_BELIEF
      const size = logs[at] ?? 0
      expected += (weights[index] ?? 0) * (at > knee ? size - steepness * (size - (logs[knee] ?? 0)) : size)
    }
    if (expected > most + WORTH * all) [best, most] = [at, expected]
  }
  return best
}

const NO_BELIEF: Belief = { knee: 0, steepness: 0, fit: 0, baseMs: 0 }
