import { checkOptions, having, nested, oneOf } from '../core/options.js'
import { ask } from './ask.js'
import { isCount, withinBounds } from './bounds.js'
import { latest } from './clock.js'
import type { ScalingPolicy } from './policy.js'
import { type RampChange, limitOf, type RampRule, type RampStep, stepsCodec } from './ramp-rule.js'
import { soonest } from './wake.js'

export interface RampOptions {
  /** Default four workers or 100 percent in 15 s, whichever is more. */
  readonly up?: RampRule | undefined
  /** Default 100 percent in 15 s: as fast as it likes. */
  readonly down?: RampRule | undefined
}

/** What `ramp` remembers, beside the state of its policy. */
export interface RampState<S> {
  readonly inner: S
  /** Workers wanted last; null before the first sample. */
  readonly wanted: number | null
  /** The latest moment seen, in ms. */
  readonly nowMs: number
  /** Changes of the longest period, oldest first. */
  readonly changes: readonly RampChange[]
}

/**
 * The policy with a limit to its steps: a change is allowed as far as the net change of each period, this one
 * included, stays within the rule of its direction. The start of a period is what was wanted then; at the first sample,
 * the workers alive. It never turns a rise into a fall or the other way. Bounds that move win at once, and count. The
 * reason is `limited` where it changed the answer.
 *
 * `wake` adds a worker idle for the shortest period downwards, so that a group comes down also after its last item.
 *
 * As the scaling policies of Kubernetes' autoscaler, but in whole numbers (it rounds fractions, and so allows 56 for 50
 * and 10 percent), and percent upwards gives at least one worker:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/horizontal.go
 *
 * @example
 * ramp(demand(), { up: { steps: [{ workers: 2, perMs: 1_000 }] }, down: { steps: [{ percent: 10, perMs: 60_000 }] } })
 *
 * @throws {OptionsError} When given no policy, or a rule that is not one.
 */
export const ramp = <S>(policy: ScalingPolicy<S>, options: RampOptions = {}): ScalingPolicy<RampState<S>> => {
  checkOptions('ramp', CODECS, { ...options, policy }, undefined, ['policy'])
  const [up, down] = [ruleOf(options.up, UP), ruleOf(options.down, DOWN)]
  const longestMs = Math.max(...[...up.steps, ...down.steps].map(({ perMs }) => perMs))
  return {
    name: `ramp(${policy.name})`,
    initial: { inner: policy.initial, wanted: null, nowMs: 0, changes: [] },
    wake: soonest(policy.wake, down.select === 'disabled' ? undefined : { idledMs: Math.min(...down.steps.map(({ perMs }) => perMs)) }),
    step: (before, load) => {
      const answer = ask(policy, before.inner, load)
      const nowMs = latest(before.nowMs, load)
      const asked = withinBounds(answer.wanted, load)
      const current = before.wanted ?? withinBounds(isCount(load.live) ? load.live : 0, load)
      const limit = (direction: 'up' | 'down', rule: RampRule): number => limitOf(direction, rule, current, before.changes, nowMs)
      const wanted = withinBounds(asked > current ? Math.min(asked, limit('up', up)) : Math.max(asked, limit('down', down)), load)
      const changes = note(before.changes, { atMs: nowMs, by: wanted - current }, longestMs)
      return { state: { inner: answer.state, wanted, nowMs, changes }, wanted, reason: wanted === answer.wanted ? answer.reason : 'limited' }
    },
  }
}

const UP: readonly RampStep[] = [{ workers: 4, perMs: 15_000 }, { percent: 100, perMs: 15_000 }]
const DOWN: readonly RampStep[] = [{ percent: 100, perMs: 15_000 }]

const ruleOf = ({ steps, select }: RampRule = {}, otherwise: readonly RampStep[]): Required<RampRule> & { readonly steps: readonly RampStep[] } =>
  ({ steps: steps ?? otherwise, select: select ?? 'max' })

/** Only what some period may still reach. */
const note = (changes: readonly RampChange[], now: RampChange, longestMs: number): readonly RampChange[] => {
  const young = changes.filter(({ atMs }) => now.atMs - atMs < longestMs)
  return now.by === 0 ? young : [...young, now]
}

const RULE = { select: oneOf('max', 'min', 'disabled') }

const CODECS = {
  policy: having('a scaling policy', 'step'),
  up: nested({ steps: stepsCodec(), ...RULE }),
  down: nested({ steps: stepsCodec(100), ...RULE }),
}
