import type { LoadSample } from '../core/load.js'
import { checkOptions, milliseconds, nested, oneOf, within } from '../core/options.js'
import { isCount, withinBounds } from './bounds.js'
import { WHOLE, hpaRecommendation } from './hpa-recommendation.js'
import { type Current, type LastAnswer, areBounds, current, isMeasure, reasonFor } from './last-answer.js'
import type { Reason, ScalingDecision, ScalingPolicy } from './policy.js'
import { IN_QUIET } from './wake.js'
import { type RatePolicy, type RateRules, type SelectPolicy, rateLimited, ratePolicies } from './rate-policies.js'
import { type ScalingChange, changed } from './scaling-changes.js'
import { NO_RECOMMENDATIONS, type Recommendations, type StabilizationWindows, heldBy, recommended } from './stabilization-window.js'

/** How growth, or shrinking, is held back. */
export interface ScalingBehavior {
  /** How long a recommendation holds back what goes beyond it, in ms; 0 or more, default 0 for growth, 300,000 for shrinking. */
  readonly stabilizationWindowMs?: number | undefined
  /** How much may change per period; default 4 workers and 100 % per 15 s for growth, 100 % per 15 s for shrinking. */
  readonly policies?: readonly RatePolicy[] | undefined
  /** Which of the policies holds; default `'max'`. `'disabled'` never changes this way. */
  readonly selectPolicy?: SelectPolicy | undefined
}

export interface TargetUtilizationOptions {
  /** Share of its time a worker should be busy; from 0.01 to 1, default 0.75, counted in ten-thousandths. 1 never grows. */
  readonly target?: number | undefined
  /** How far from the target is near enough, as a share of it; from 0 to 1, default 0.1, counted in ten-thousandths. */
  readonly tolerance?: number | undefined
  readonly scaleUp?: ScalingBehavior | undefined
  readonly scaleDown?: ScalingBehavior | undefined
  /**
   * What is assumed of workers that are still starting when the others are not busy enough: `'unready'` (default) leaves
   * them out, `'missing'` takes them as busy all the time, so that fewer are let go. On the way up both take them as idle.
   */
  readonly starting?: 'unready' | 'missing' | undefined
}

/** What `targetUtilization` remembers. */
export interface TargetUtilizationState extends LastAnswer {
  readonly recommendations: Recommendations
  readonly changes: readonly ScalingChange[]
}

/**
 * As many workers as keep each busy for the target share of its time: `ceil(workers × utilization / target)`, held by a
 * tolerance, by the recommendations of the past (stabilization windows), by what may change per period (policies) and
 * by the bounds, in this order. Utilization is `busyMs` over `windowMs` and workers. A sample with a number missing, or
 * while no worker wanted is alive, holds the last answer.
 *
 * This is Kubernetes' Horizontal Pod Autoscaler
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/,
 * https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/podautoscaler), a worker being a pod, with two
 * differences. The target is 0.75, not 0.8: `target: 0.8` gives the original. Nobody's utilization shows that someone
 * waits for the first worker, so one worker at least is wanted while anything waits; with `min` 1 or more, as a
 * Kubernetes cluster demands by default, that changes nothing. All is reckoned in whole numbers.
 *
 * Kubernetes looks every 15 s. Sampled more often, changes that lie nearer than a hundredth of the longest period count
 * as one, the stricter way.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const targetUtilization = (options: TargetUtilizationOptions = {}): ScalingPolicy<TargetUtilizationState> => {
  checkOptions('targetUtilization', CODECS, options)
  const settings = withDefaults(options)
  return {
    name: 'targetUtilization',
    wake: IN_QUIET,
    initial: { wanted: null, nowMs: 0, recommendations: NO_RECOMMENDATIONS, changes: [] },
    step: (before, load) => {
      const now = current(before, load)
      const isMoved = before.wanted !== null && before.wanted !== now.wanted
      const proposal = isMoved || !isUsable(load) ? undefined : recommendation(now, load, settings)
      if (proposal !== undefined) return decide(before, now, load, proposal, settings)
      return answer(before, now, now.wanted, isMoved && areBounds(load) ? 'limited' : 'held', before.recommendations, settings)
    },
  }
}

const behavior = nested({ stabilizationWindowMs: milliseconds(), policies: ratePolicies, selectPolicy: oneOf('max', 'min', 'disabled') })

const CODECS = {
  target: within(0.01, 1, 'a share'),
  tolerance: within(0, 1, 'a share'),
  scaleUp: behavior,
  scaleDown: behavior,
  starting: oneOf('unready', 'missing'),
}

const PERIOD_MS = 15_000
const UP: readonly RatePolicy[] = [{ workers: 4, periodMs: PERIOD_MS }, { percent: 100, periodMs: PERIOD_MS }]
const DOWN: readonly RatePolicy[] = [{ percent: 100, periodMs: PERIOD_MS }]

interface Settings {
  readonly target: number
  readonly tolerance: number
  readonly starting: 'unready' | 'missing'
  readonly windows: StabilizationWindows
  readonly up: RateRules
  readonly down: RateRules
  readonly longestMs: number
}

const withDefaults = ({ target = 0.75, tolerance = 0.1, starting = 'unready', scaleUp = {}, scaleDown = {} }: TargetUtilizationOptions): Settings => {
  const up = { policies: scaleUp.policies ?? UP, selectPolicy: scaleUp.selectPolicy ?? 'max' }
  const down = { policies: scaleDown.policies ?? DOWN, selectPolicy: scaleDown.selectPolicy ?? 'max' }
  return {
    target: Math.round(target * WHOLE),
    tolerance: Math.round(tolerance * WHOLE),
    starting,
    windows: { upMs: scaleUp.stabilizationWindowMs ?? 0, downMs: scaleDown.stabilizationWindowMs ?? 300_000 },
    up,
    down,
    longestMs: Math.max(...[...up.policies, ...down.policies].map(({ periodMs }) => periodMs)),
  }
}

const isUsable = (load: LoadSample): boolean =>
  [load.nowMs, load.windowMs, load.busyMs].every(isMeasure) && load.windowMs > 0 && [load.live, load.waiting].every(isCount) && areBounds(load)

const recommendation = ({ wanted }: Current, { live, waiting, busyMs, windowMs }: LoadSample, { target, tolerance, starting }: Settings): number | undefined => {
  const measured = Math.min(wanted, live)
  const guess = { unready: 0, missing: 0, [starting]: wanted - measured }
  const workers = hpaRecommendation({ workers: wanted, measured, ...guess, busyMs, windowMs, target, tolerance })
  return workers === undefined ? undefined : Math.max(workers, Math.min(waiting, 1))
}

const decide = (before: TargetUtilizationState, now: Current, load: LoadSample, workers: number, settings: Settings): ScalingDecision<TargetUtilizationState> => {
  const { windows, up, down } = settings
  // As Kubernetes, which takes what it finds at first as a recommendation, so that nothing shrinks at once.
  const past = before.recommendations.highest.length === 0 ? recommended(NO_RECOMMENDATIONS, { atMs: now.nowMs, workers: now.wanted }, windows) : before.recommendations
  const recommendations = recommended(past, { atMs: now.nowMs, workers }, windows)
  const stable = heldBy(now.wanted, recommendations)
  const wanted = withinBounds(rateLimited({ workers: now.wanted, changes: before.changes, nowMs: now.nowMs }, stable, up, down), load)
  const held = stable === workers ? reasonFor(before, now.wanted, wanted) : 'stabilised'
  return answer(before, now, wanted, wanted === stable ? held : 'limited', recommendations, settings)
}

const answer = (
  before: TargetUtilizationState,
  now: Current,
  wanted: number,
  reason: Reason,
  recommendations: Recommendations,
  { longestMs }: Settings,
): ScalingDecision<TargetUtilizationState> => ({
  state: { wanted, nowMs: now.nowMs, recommendations, changes: changed(before.changes, wanted - (before.wanted ?? now.wanted), now.nowMs, longestMs) },
  wanted,
  reason,
})
