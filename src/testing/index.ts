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

// The bus contract, for whoever writes an adapter
export { busContract, type BusCase } from './bus-contract.js'
export type { BusEnvironment } from './bus-environment.js'
