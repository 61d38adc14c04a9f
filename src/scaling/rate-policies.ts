import * as t from 'io-ts'
import { codecOf } from '../core/codec-of.js'
import { type Check, MAX_TIMER_MS, check, whole, within } from '../core/options.js'
import { type ScalingChange, fewestAtStart, mostAtStart } from './scaling-changes.js'

/** How much may change within a period: a number of workers, or a share of those there were when it began. */
export type RatePolicy =
  | {
      /** Workers; 1 or more. */
      readonly workers: number
      /** In ms; 1 or more. */
      readonly periodMs: number
    }
  | {
      /** Per cent of the workers there were; 1 or more, whole. */
      readonly percent: number
      /** In ms; 1 or more. */
      readonly periodMs: number
    }

/** Which of several policies holds: the one that allows the most, the one that allows the least; or nothing changes this way. */
export type SelectPolicy = 'max' | 'min' | 'disabled'

/** How fast the number of workers may change in one direction. */
export interface RateRules {
  readonly policies: readonly RatePolicy[]
  readonly selectPolicy: SelectPolicy
}

/** Workers there are, and how they became so many. */
export interface Pace {
  readonly workers: number
  readonly changes: readonly ScalingChange[]
  readonly nowMs: number
}

const period = codecOf(within(1, MAX_TIMER_MS, 'milliseconds'))
const atLeastOne = codecOf(whole(1))
const policy = t.union([t.type({ workers: atLeastOne, periodMs: period }), t.type({ percent: atLeastOne, periodMs: period })])

export const ratePolicies: Check = check('a list of one or more { workers, periodMs } or { percent, periodMs }',
  (value): value is unknown => Array.isArray(value) && value.length > 0 && value.every((each) => policy.is(each) && Object.keys(each).length === 2))

/**
 * The number wanted, or as near to it as the rules let it come. A limit never turns the direction: where more has
 * changed in the period than is allowed by now, nothing changes. In whole numbers, so that 50 and 10 % is 55.
 * Kubernetes' `calculateScaleUpLimitWithScalingRules` and `calculateScaleDownLimitWithBehaviors`
 * (https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/horizontal.go).
 */
export const rateLimited = (pace: Pace, wanted: number, up: RateRules, down: RateRules): number =>
  wanted > pace.workers ? Math.min(wanted, mostAllowed(pace, up)) : Math.max(wanted, fewestAllowed(pace, down))

const mostAllowed = ({ workers, changes, nowMs }: Pace, { policies, selectPolicy }: RateRules): number => {
  if (selectPolicy === 'disabled') return workers
  const limits = policies.map((each) => grown(fewestAtStart(workers, changes, nowMs, each.periodMs), each))
  return Math.max(workers, selectPolicy === 'max' ? Math.max(...limits) : Math.min(...limits))
}

const fewestAllowed = ({ workers, changes, nowMs }: Pace, { policies, selectPolicy }: RateRules): number => {
  if (selectPolicy === 'disabled') return workers
  const limits = policies.map((each) => shrunk(mostAtStart(workers, changes, nowMs, each.periodMs), each))
  return Math.min(workers, selectPolicy === 'max' ? Math.min(...limits) : Math.max(...limits))
}

const grown = (start: number, each: RatePolicy): number =>
  'workers' in each ? start + each.workers : Math.ceil((start * (100 + each.percent)) / 100)

const shrunk = (start: number, each: RatePolicy): number =>
  'workers' in each ? start - each.workers : Math.floor((start * (100 - each.percent)) / 100)
