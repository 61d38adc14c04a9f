/** Spans of all messages, in ms: exact quantiles by nearest rank. */
export interface Spans {
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** A run in numbers. */
export interface Measures {
  readonly arrived: number
  /** Messages that ended well. */
  readonly completed: number
  /** Messages whose attempts were used up. */
  readonly failed: number
  /** Messages still waiting or between two tries when the run was given up, since the policy left them no worker. */
  readonly unfinished: number
  /** Messages that are none of these: 0. */
  readonly lost: number
  /** Workers replaced after a failure. */
  readonly restarts: number
  /** From arrival to the first start, of every message; `Infinity` for one that was not started. */
  readonly waitMs: Spans
  /** From arrival to the outcome: waiting and service; `Infinity` for one without. */
  readonly sojournMs: Spans
  /** Workers alive or being started, summed over the run: what is paid for. */
  readonly workerSeconds: number
  /** Workers at work, summed over the run: no crew that does the same work at the same moments needs less. */
  readonly busySeconds: number
  /** How often the number wanted changed, the first decision aside. */
  readonly changes: number
  /** Decisions made. */
  readonly decisions: number
  /** Time with more busy at once than the downstream bears, in s. */
  readonly secondsPastKnee: number
}

const NO_SPANS: Spans = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0 }

/** The spans between two moments of each message. */
export const spansBetween = (fromMs: Float64Array, toMs: Float64Array): Spans => {
  const { length } = fromMs
  if (length === 0) return NO_SPANS
  const spans = toMs.map((ms, i) => (Number.isNaN(ms) ? Infinity : ms - (fromMs[i] ?? 0)))
  let sum = 0
  for (const ms of spans) sum += ms
  spans.sort()
  const at = (share: number): number => spans[Math.ceil(length * share) - 1] ?? 0
  return { mean: sum / length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
