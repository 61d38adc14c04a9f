// A model of a worker group: what a policy would do with a load
export { simulate } from './simulate.js'
export type { SimulatedFailures, SimulatedLoad, SimulatedRestart, SimulateOptions } from './simulate-options.js'
export type { Trace, TraceDecision, TraceMessages, TraceStep } from './trace.js'
export type { Measures, Spans } from './measures.js'
export { bestFixed, clairvoyant, type BestFixed, type Clairvoyant } from './best-fixed.js'
export { plotTrace, type PlotOptions } from './plot-trace.js'

// When messages arrive
export { constant, diurnal, poisson, ramp, spike, squareWave } from './arrival-patterns.js'
export type { DiurnalOptions, RampOptions, SpikeOptions, SquareWaveOptions } from './arrival-patterns.js'
export { arrivalsByRate, type ArrivalRate, type Spacing } from './arrivals-by-rate.js'
export { recordedArrivals, type ArrivalLimit, type Arrivals } from './arrivals.js'

// How long they take, and what that depends on
export { constantly, exponentially, lognormal, recordedServices, uniformly, type ServiceTimes } from './service-times.js'
export { free, saturating, thrashing, type Downstream, type ThrashingOptions } from './downstream.js'
export { seededRandom, type Random } from './seeded-random.js'

// Laws for one's own
export { policyLaws, type PolicyLawOptions } from './policy-laws.js'
export { strategyLaws } from './strategy-laws.js'
export { backoffLaws } from './backoff-laws.js'
export { groupLaws, type GroupLawOptions } from './group-laws.js'
export type { MakeGroup, TriedOptions, WatchHandler } from './group-trial.js'
export type { AsyncLaw, Law, LawParameters } from './law.js'

// Arbitraries
export { brokenLoads, loads, type LoadOptions } from './load-arbitraries.js'
export { failures, thrown, type FailureOptions } from './failure-arbitraries.js'
export {
  arrivalTimes,
  limitSchedules,
  limitsOver,
  serviceTimes,
  type ArrivalOptions,
  type LimitChange,
  type LimitScheduleOptions,
  type ServiceOptions,
} from './traffic-arbitraries.js'
export { hostilePayloads, messages, payloads, rawNoise, type MessageOptions, type PayloadOptions } from './message-arbitraries.js'

// Time that moves when it is told to
export { virtualTime, type RunCall, type VirtualTime, type VirtualTimeOptions } from './virtual-time.js'
export { delayFor, type DelayOptions } from './delay-for.js'

// The bus contract, for whoever writes an adapter
export { busContract, type BusCase } from './bus-contract.js'
export type { BusEnvironment } from './bus-environment.js'

// A bus on which things go wrong
export { faultyBus, type FaultyBus, type FaultyBusOptions } from './faulty-bus.js'
export { faultPlans, type FaultName, type FaultOccasion, type FaultPlanOptions, type InjectedFault, type PlannedFault } from './bus-faults.js'
export { ConnectionLostError, InjectedError } from './injected-error.js'
