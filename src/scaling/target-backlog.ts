import type { LoadSample } from '../core/load.js'
import { checkOptions, milliseconds, oneOf, whole } from '../core/options.js'
import { type BacklogCount, itemsOf, neededFor } from './backlog-count.js'
import { type BacklogFallback, fallbackOptions, fallenBack } from './backlog-fallback.js'
import { isCount, withinBounds } from './bounds.js'
import { type Current, type LastAnswer, areBounds, current, isMeasure, reasonFor } from './last-answer.js'
import type { ScalingDecision, ScalingPolicy } from './policy.js'
import { IN_QUIET } from './wake.js'

export interface TargetBacklogOptions {
  /** Items one worker is to have before it; 1 or more, default 1: a group's line is short, and waits for want of workers only. */
  readonly perWorker?: number | undefined
  /** Which items are counted, and how; default `'all'`: with `'waiting'`, as KEDA counts, work that was begun asks for no worker, and the number goes back and forth. */
  readonly count?: BacklogCount | undefined
  /** With a `min` of 0: up to so many items no worker is started; 0 or more, default 0. */
  readonly activation?: number | undefined
  /** With a `min` of 0: how long there must have been no more than that before the last worker goes, in ms; 0 or more, default 300,000. */
  readonly cooldownMs?: number | undefined
  /** What to want when samples are missing; by default the last answer is held for good. */
  readonly fallback?: BacklogFallback | undefined
}

/** What `targetBacklog` remembers. */
export interface TargetBacklogState extends LastAnswer {
  /** The last moment with more than `activation` items, in ms; null before the first. */
  readonly activeAtMs: number | null
  /** Samples missing in a row. */
  readonly missed: number
}

/**
 * As many workers as leave each so many items: `ceil((waiting + inFlight) / perWorker)` within the bounds. Where none may be left
 * (`min` 0), the first starts when there are more than `activation` items, and the last goes when there have been no
 * more for longer than `cooldownMs`; until then one stays. A sample with a number missing holds the last answer.
 *
 * As KEDA scales by the length of a queue (https://keda.sh/docs/latest/concepts/scaling-deployments/,
 * https://keda.sh/docs/latest/reference/scaledjob-spec/). Between 1 and n, KEDA leaves the pace to Kubernetes'
 * autoscaler, with its tolerance and windows; here the count is the answer.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const targetBacklog = (options: TargetBacklogOptions = {}): ScalingPolicy<TargetBacklogState> => {
  checkOptions('targetBacklog', CODECS, options)
  const { perWorker = 1, count = 'all', activation = 0, cooldownMs = 300_000, fallback } = options
  const settings = { perWorker, count, activation, cooldownMs, fallback }
  return {
    name: 'targetBacklog',
    wake: IN_QUIET,
    initial: { wanted: null, nowMs: 0, activeAtMs: null, missed: 0 },
    step: (before, load) => (isUsable(load) ? decide(before, load, settings) : hold(before, load, settings)),
  }
}

const CODECS = {
  perWorker: whole(1),
  count: oneOf('waiting', 'all', 'accurate', 'eager'),
  activation: whole(0),
  cooldownMs: milliseconds(),
  fallback: fallbackOptions,
}

interface Settings {
  readonly perWorker: number
  readonly count: BacklogCount
  readonly activation: number
  readonly cooldownMs: number
  readonly fallback: BacklogFallback | undefined
}

const isUsable = (load: LoadSample): boolean =>
  isMeasure(load.nowMs) && [load.live, load.waiting, load.inFlight].every(isCount) && areBounds(load)

const decide = (before: TargetBacklogState, load: LoadSample, settings: Settings): ScalingDecision<TargetBacklogState> => {
  const now = current(before, load)
  const isActive = itemsOf(settings.count, load) > settings.activation
  const activeAtMs = isActive ? now.nowMs : before.activeAtMs
  const ideal = load.min > 0 ? neededFor(settings.count, load, settings.perWorker) : fromZero(activeAtMs, now, load, settings)
  const wanted = withinBounds(ideal, load)
  const state = { wanted, nowMs: now.nowMs, activeAtMs, missed: 0 }
  return { state, wanted, reason: wanted === ideal ? reasonFor(before, now.wanted, wanted) : 'limited' }
}

/** Where none may be left: none, or one at least. Who is there by other means than this policy goes at once. */
const fromZero = (activeAtMs: number | null, { wanted, nowMs }: Current, load: LoadSample, { perWorker, count, cooldownMs }: Settings): number => {
  if (activeAtMs === null || nowMs - activeAtMs > cooldownMs) return 0
  const isWarm = activeAtMs === nowMs || wanted > 0
  return isWarm ? Math.max(1, neededFor(count, load, perWorker)) : 0
}

const hold = (before: TargetBacklogState, load: LoadSample, { fallback }: Settings): ScalingDecision<TargetBacklogState> => {
  const now = current(before, load)
  const missed = Math.min(before.missed + 1, Number.MAX_SAFE_INTEGER)
  const wanted = withinBounds(fallenBack(fallback, missed, now.wanted), load)
  return { state: { ...before, ...now, wanted, missed }, wanted, reason: 'held' }
}
