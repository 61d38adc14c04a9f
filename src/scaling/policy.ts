import type { LoadSample } from '../core/load.js'
import type { SampleWake } from '../core/sample-moments.js'

/** Why a policy answered as it did; seen in stats and traces. */
export type Reason =
  | 'initial' // nothing was decided yet
  | 'withinRange' // as it should be
  | 'tooFew' // more workers are needed
  | 'tooMany' // fewer are enough
  | 'stabilised' // a past recommendation holds it
  | 'limited' // a bound or a rate holds it
  | 'held' // for want of samples
  | 'scheduled' // the clock says so
  | 'exploring' // tries another size to learn

export interface ScalingDecision<S> {
  readonly state: S
  /** Workers wanted: a whole number; the controller keeps it within `[min, max]`. */
  readonly wanted: number
  readonly reason: Reason
}

/** Moments between the regular samples at which a policy wants to be asked. */
export type Wake = SampleWake

/**
 * How many workers are right: a pure step over load samples. The same state and load give the same answer; the state
 * serialises to JSON; no clock, no chance. Whatever drives it supplies the samples and acts on `wanted`.
 */
export interface ScalingPolicy<S = unknown> {
  readonly name: string
  readonly initial: S
  readonly wake?: Wake | undefined
  step(state: S, load: LoadSample): ScalingDecision<S>
}
