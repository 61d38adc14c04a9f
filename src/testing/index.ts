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
