// Operators
export { scaleMap } from './operators/scale-map.js'

// Worker groups
export { workerGroup } from './group/worker-group.js'
export { pipeline, type Pipeline } from './group/pipeline.js'
export { family, type ChildGroupOptions, type Family, type FamilyOptions } from './group/family.js'
export { OverflowError } from './group/run-source.js'
export {
  GroupClosedError,
  OutcomeError,
  type DrainCall,
  type OfferOptions,
  type Pullable,
  type RunOptions,
  type WorkerGroup,
} from './group/worker-group-contract.js'
export type {
  BatchGroupOptions,
  BatchOptions,
  DrainOptions,
  GroupOptions,
  RateOptions,
  RetryOptions,
  WorkerOptions,
} from './group/group-options.js'
export type { BatchHandler, BatchJob, BatchMember } from './group/batch-job.js'

// Scaling
export { adaptive } from './scaling/adaptive.js'
export type { AdaptiveOptions } from './scaling/adaptive-options.js'
export { demand, type DemandOptions } from './scaling/demand.js'
export { fixed } from './scaling/fixed.js'
export { littlesLaw, type LittlesLawOptions } from './scaling/littles-law.js'
export { schedule, type ScheduleOptions } from './scaling/schedule.js'
export type { DailyWindow, Day, OnceWindow, ScheduleWindow } from './scaling/schedule-window.js'
export { targetBacklog, type TargetBacklogOptions } from './scaling/target-backlog.js'
export type { BacklogCount } from './scaling/backlog-count.js'
export type { BacklogFallback } from './scaling/backlog-fallback.js'
export { targetUtilization, type ScalingBehavior, type TargetUtilizationOptions } from './scaling/target-utilization.js'
export type { RatePolicy, SelectPolicy } from './scaling/rate-policies.js'
export { aimd, type AimdOptions } from './scaling/aimd.js'
export { vegas } from './scaling/vegas.js'
export type { AtLimit, VegasOptions } from './scaling/vegas-options.js'
export { gradient2, type Gradient2Options } from './scaling/gradient2.js'
export { gradient } from './scaling/gradient.js'
export type { GradientOptions } from './scaling/gradient-options.js'
export { exploring } from './scaling/exploring.js'
export type { ExploringOptions } from './scaling/exploring-options.js'
export { resizer, type ResizerOptions } from './scaling/resizer.js'
export type { Percentile } from './scaling/service-time.js'
export { control, decisions, type ControlDecision, type ControlOptions } from './scaling/control.js'
export { PolicyError } from './scaling/policy-error.js'
export type { Reason, ScalingDecision, ScalingPolicy, Wake } from './scaling/policy.js'

// Combined scaling policies
export { bounded, type BoundedOptions } from './scaling/bounded.js'
export { guarded, type GuardedOptions, type GuardedState } from './scaling/guarded.js'
export { largest, semigroupLargest } from './scaling/largest.js'
export { ramp, type RampOptions, type RampState } from './scaling/ramp.js'
export type { RampChange, RampRule, RampStep } from './scaling/ramp-rule.js'
export {
  sharedBudget,
  type BudgetMember,
  type BudgetShare,
  type BudgetMemberOptions,
  type SharedBudget,
  type SharedBudgetOptions,
} from './scaling/shared-budget.js'
export { shareOut, type ShareClaim } from './scaling/share-out.js'
export { semigroupSmallest, smallest } from './scaling/smallest.js'
export { stabilized, type Recommendation, type StabilizedOptions, type StabilizedState } from './scaling/stabilized.js'

// Supervision
export { byError, type ErrorMatcher } from './supervision/by-error.js'
export { restartAll, type RestartAllOptions } from './supervision/restart-all.js'
export { restartOne } from './supervision/restart-one.js'
export { resume } from './supervision/resume.js'
export { stopAndEscalate } from './supervision/stop-and-escalate.js'
export { supervise, type SuperviseOptions } from './supervision/supervise.js'
export { byBackoff, type ByBackoffOptions } from './supervision/by-backoff.js'
export { constant } from './supervision/constant.js'
export { exponential, type ExponentialOptions, type Jitter } from './supervision/exponential.js'
export { decorrelatedJitter, type DecorrelatedJitterOptions } from './supervision/decorrelated-jitter.js'
export type { RestartOptions } from './supervision/restart-options.js'
export type { Backoff, BackoffStep } from './supervision/backoff.js'
export type { Escalation, Pending } from './supervision/escalation.js'
export type { Directive, Intensity, SupervisionStrategy } from './supervision/strategy.js'

// Messages, jobs, outcomes
export type { Envelope, Message } from './core/message.js'
export { createMessage, type NewMessage } from './core/create-message.js'
export { MessageError } from './core/message-error.js'
export { decodeMessage, encodeMessage, type NoMessage, type WireLimits } from './core/wire.js'
export type { Job, Transport } from './core/job.js'
export type { Action, Handler } from './core/action.js'
export type { Result } from './core/result.js'
export { TimeoutError, WorkerCrash, type Failure, type FailureType } from './core/failure.js'
export type { Cancelled, Completed, Dropped, Expired, Failed, HandedBack, Outcome, OutcomeType, Rejected, TimedOut } from './core/outcome.js'
export type { DrainReport, GroupStats, Instance, Phase } from './core/group-stats.js'
export type { LoadSample } from './core/load.js'
export { nodeVitals, type EventLoopClock, type Measures, type MemoryMeter, type Vitals } from './core/vitals.js'
export type { Quantiles } from './core/quantiles.js'
export { OptionsError, type Problem } from './core/options-error.js'

// The bus
export {
  deadTopic,
  type BusFeatures,
  type BusStatus,
  type DeadLetter,
  type DeadLetterFilter,
  type Delivery,
  type DeliveryOptions,
  type LossListener,
  type MessageBus,
  type Settlement,
  type Undecodable,
} from './bus/bus.js'
export { memoryBus, type MemoryBus, type MemoryBusOptions } from './bus/memory-bus.js'
export { ack, reject, retry as retryAfter } from './bus/settlement.js'
export { keepLease } from './bus/lease.js'
export type { LeaseOptions } from './bus/lease-keeper.js'

// Actions and the hub
export { action, OutputError, type ActionOptions, type CheckedActionOptions, type TypedAction } from './hub/action.js'
export type { Decoded, Encoded, Shape } from './hub/shape.js'
export { fromTaskEither, LeftError } from './hub/from-task-either.js'
export { actions, DuplicateActionError, type Actions, type Entries, type Entry } from './hub/registry.js'
export { template, type Template, type TemplateOptions } from './hub/template.js'
export { actionHub } from './hub/action-hub.js'
export {
  HubStoppedError,
  RemoteError,
  UnknownActionError,
  type ActionHub,
  type GroupHealth,
  type HubHealth,
  type HubPhase,
  type PayloadOf,
  type RequestOptions,
  type ResultOf,
} from './hub/hub-contract.js'
export type { ActionHubOptions, ChildOptions, Children, HubBatchOptions, HubDefaults, HubGroupOptions } from './hub/hub-options.js'
