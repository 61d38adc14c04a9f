import type { LoadSample } from '../core/load.js'
import { checkOptions, having, milliseconds, within } from '../core/options.js'
import type { Problem } from '../core/options-error.js'
import { ask } from './ask.js'
import { isCount, withinBounds } from './bounds.js'
import { latest } from './clock.js'
import type { ScalingPolicy } from './policy.js'

export interface GuardedOptions {
  /** Share of the time the event loop may be busy: more than 0, up to 1, default 0.9; 1 guards nothing. */
  readonly eventLoopUtilization?: number | undefined
  /** Share of the memory allowed that may be used: more than 0, up to 1, default 0.9; 1 guards nothing. */
  readonly memory?: number | undefined
  /** How far below its limit a measure has to be before workers are given back: 0 to 1, less than each limit, default 0.1. */
  readonly hysteresis?: number | undefined
  /** Lowers at most once in this span, in ms; 1 or more, default 1,000. */
  readonly everyMs?: number | undefined
  /** Gives back once each time all measures have been low for this span, in ms; 1 or more, default 10,000. */
  readonly releaseMs?: number | undefined
}

/** What `guarded` remembers, beside the state of its policy. */
export interface GuardedState<S> {
  readonly inner: S
  /** Workers wanted last; null before the first sample. */
  readonly wanted: number | null
  /** The latest moment seen, in ms. */
  readonly nowMs: number
  /** The most that is wanted for now; null while nothing is lowered. */
  readonly ceiling: number | null
  /** The moment it was lowered last, in ms; null before the first. */
  readonly loweredAtMs: number | null
  /** The last moment at which a measure was not low, or workers were given back, in ms. */
  readonly hotAtMs: number
}

/**
 * The policy under guards that only lower. While a measure is above its limit, the ceiling comes down from the last
 * answer in proportion, `floor(wanted × limit / measure)` and by at least one, for the worst measure; never below one
 * worker, or the group's `min`. Between the limit and `hysteresis` below it, the ceiling stays. When all measures have
 * been lower than that for `releaseMs`, it rises by one in ten workers, at least one. Never more than the policy wants.
 * A measure that is missing guards nothing. The reason is `limited` where a guard changed the answer.
 *
 * The proportion is that of Kubernetes' autoscaler, `current × target / measure`:
 * https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
 *
 * @throws {OptionsError} When given no policy, or an option of another kind.
 */
export const guarded = <S>(policy: ScalingPolicy<S>, options: GuardedOptions = {}): ScalingPolicy<GuardedState<S>> => {
  checkOptions('guarded', CODECS, { ...options, policy }, rule, ['policy'])
  const limits = limitsOf(options)
  return {
    name: `guarded(${policy.name})`,
    initial: { inner: policy.initial, wanted: null, nowMs: 0, ceiling: null, loweredAtMs: null, hotAtMs: 0 },
    wake: policy.wake,
    step: (before, load) => {
      const answer = ask(policy, before.inner, load)
      const guard = watch(limits, before, load)
      const wanted = withinBounds(Math.min(answer.wanted, guard.ceiling ?? Infinity), load)
      return { state: { ...guard, inner: answer.state, wanted }, wanted, reason: wanted === answer.wanted ? answer.reason : 'limited' }
    },
  }
}

type Limits = Required<{ [K in keyof GuardedOptions]: NonNullable<GuardedOptions[K]> }>

const limitsOf = ({ eventLoopUtilization = 0.9, memory = 0.9, hysteresis = 0.1, everyMs = 1_000, releaseMs = 10_000 }: GuardedOptions): Limits =>
  ({ eventLoopUtilization, memory, hysteresis, everyMs, releaseMs })

type Guard = Omit<GuardedState<unknown>, 'inner' | 'wanted'>

const watch = (limits: Limits, { ceiling, nowMs: beforeMs, loweredAtMs, hotAtMs, wanted }: GuardedState<unknown>, load: LoadSample): Guard => {
  const nowMs = latest(beforeMs, load)
  const current = wanted ?? withinBounds(isCount(load.live) ? load.live : 0, load)
  const { ratio, low } = measured(limits, load)
  const held = { ceiling, nowMs, loweredAtMs, hotAtMs: low ? hotAtMs : nowMs }
  if (ratio < 1) {
    if (loweredAtMs !== null && nowMs - loweredAtMs < limits.everyMs) return held
    return { ...held, ceiling: withinBounds(Math.max(1, Math.min(current - 1, Math.floor(current * ratio))), load), loweredAtMs: nowMs }
  }
  if (ceiling === null || !low || nowMs - hotAtMs < limits.releaseMs) return held
  const higher = ceiling + Math.max(1, Math.ceil(ceiling / 10))
  return { ...held, ceiling: isCount(load.max) && higher >= load.max ? null : higher, hotAtMs: nowMs }
}

/** The worst limit as a share of its measure, less than 1 if it is exceeded; and whether all measures are low. */
const measured = (limits: Limits, load: LoadSample): { readonly ratio: number; readonly low: boolean } => {
  const pairs = [[limits.eventLoopUtilization, load.eventLoopUtilization], [limits.memory, load.memory]] as const
  const known = pairs.flatMap(([limit, measure]) => (isShare(measure) ? [{ limit, measure }] : []))
  return {
    ratio: Math.min(1, ...known.map(({ limit, measure }) => (measure > limit ? limit / measure : 1))),
    low: known.every(({ limit, measure }) => measure <= limit - limits.hysteresis),
  }
}

const isShare = (measure: number | undefined): measure is number => typeof measure === 'number' && Number.isFinite(measure) && measure >= 0

const share = within(Number.MIN_VALUE, 1, 'a share, more than 0,')

const CODECS = {
  policy: having('a scaling policy', 'step'),
  eventLoopUtilization: share,
  memory: share,
  hysteresis: within(0, 1),
  everyMs: milliseconds(1),
  releaseMs: milliseconds(1),
}

const rule = (given: Readonly<Record<string, unknown>>): readonly Problem[] => {
  const { hysteresis = 0.1, eventLoopUtilization = 0.9, memory = 0.9 } = given
  return Object.entries({ eventLoopUtilization, memory }).flatMap(([name, limit]) =>
    typeof hysteresis === 'number' && typeof limit === 'number' && hysteresis >= limit
      ? [{ path: 'hysteresis', got: String(hysteresis), expected: `less than ${name}, which is ${limit}` }]
      : [])
}
