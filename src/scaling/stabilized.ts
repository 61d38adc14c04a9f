import { checkOptions, having, milliseconds } from '../core/options.js'
import type { LoadSample } from '../core/load.js'
import { ask } from './ask.js'
import { isCount, withinBounds } from './bounds.js'
import { latest } from './clock.js'
import type { Reason, ScalingPolicy } from './policy.js'
import { remember } from './stabilization-window.js'
import { soonest } from './wake.js'

export interface StabilizedOptions {
  /** How long the lowest recommendation holds a rise back, in ms; 0 or more, default 0: not at all. */
  readonly upMs?: number | undefined
  /** How long the highest recommendation holds a fall back, in ms; 0 or more, default 300,000. */
  readonly downMs?: number | undefined
}

/** What the policy recommended, and when. */
export interface Recommendation {
  readonly atMs: number
  readonly wanted: number
}

/** What `stabilized` remembers, beside the state of its policy. */
export interface StabilizedState<S> {
  readonly inner: S
  /** Workers wanted last; null before the first sample. */
  readonly wanted: number | null
  /** The latest moment seen, in ms. */
  readonly nowMs: number
  /** Recommendations of the up window, oldest and lowest first; one that a later and lower one outlives is left out. */
  readonly lows: readonly Recommendation[]
  /** Those of the down window, oldest and highest first. */
  readonly highs: readonly Recommendation[]
}

/**
 * The policy without its ups and downs: it rises to no more than the lowest number recommended within `upMs`, and falls
 * to no fewer than the highest within `downMs`; between the two, the last answer stays. Recommendations younger than the
 * window count, that of this sample always, and at the first sample the workers alive. Both windows 0: the policy
 * itself. The reason is `stabilised` where a past recommendation changed the answer.
 *
 * `wake` adds a worker idle for `downMs`, so that a group comes down also after its last item.
 *
 * As `stabilizeRecommendationWithBehaviors` of Kubernetes' autoscaler:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/horizontal.go
 *
 * @throws {OptionsError} When given no policy, or a span that is not one.
 */
export const stabilized = <S>(policy: ScalingPolicy<S>, options: StabilizedOptions = {}): ScalingPolicy<StabilizedState<S>> => {
  checkOptions('stabilized', CODECS, { ...options, policy }, undefined, ['policy'])
  const { upMs = 0, downMs = 300_000 } = options
  return {
    name: `stabilized(${policy.name})`,
    initial: { inner: policy.initial, wanted: null, nowMs: 0, lows: [], highs: [] },
    wake: soonest(policy.wake, downMs > 0 ? { idledMs: downMs } : undefined),
    step: (before, load) => {
      const answer = ask(policy, before.inner, load)
      const now = { atMs: latest(before.nowMs, load), wanted: withinBounds(answer.wanted, load) }
      const current = before.wanted ?? alive(load, now.wanted)
      const first = before.wanted === null ? [{ ...now, wanted: current }] : []
      const lows = remember([...before.lows, ...first], now, upMs, ({ wanted: old }) => old < now.wanted)
      const highs = remember([...before.highs, ...first], now, downMs, ({ wanted: old }) => old > now.wanted)
      const stable = Math.max(lows[0]?.wanted ?? 0, Math.min(current, highs[0]?.wanted ?? Infinity))
      const wanted = withinBounds(stable, load)
      return { state: { inner: answer.state, wanted, nowMs: now.atMs, lows, highs }, wanted, reason: why(wanted, stable, now.wanted, answer) }
    },
  }
}

const CODECS = { policy: having('a scaling policy', 'step'), upMs: milliseconds(), downMs: milliseconds() }

const alive = (load: LoadSample, otherwise: number): number => (isCount(load.live) ? withinBounds(load.live, load) : otherwise)

const why = (wanted: number, stable: number, now: number, answer: { readonly wanted: number; readonly reason: Reason }): Reason => {
  if (wanted === answer.wanted) return answer.reason
  return wanted === stable && wanted !== now ? 'stabilised' : 'limited'
}
