import { checkOptions, flag, having, milliseconds, nested, whole, wholeOrInfinity, within, type Rule } from '../core/options.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import type { Arrivals } from './arrivals.js'
import { free, type Downstream } from './downstream.js'
import type { ServiceTimes } from './service-times.js'

/** Attempts that fail, after as long as they take. */
export interface SimulatedFailures {
  /** Share of attempts that fail, 0 to 1. */
  readonly share: number
  /** Tries in all, the first included; 1 or more, default 1. */
  readonly maxAttempts?: number | undefined
  /** Wait before another try, in ms; default 0. It occupies no worker. */
  readonly retryAfterMs?: number | undefined
}

/** A failing worker is released and another one started in its place. */
export interface SimulatedRestart {
  /** Wait before that start, in ms, 0 or more. */
  readonly afterMs: number
}

/** What messages do, whatever group they meet. */
export interface SimulatedLoad {
  readonly arrivals: Arrivals
  readonly service: ServiceTimes
  /** How service times depend on how many are busy at once; default `free()`. */
  readonly downstream?: Downstream | undefined
  /** Default none. */
  readonly failures?: SimulatedFailures | undefined
  /** Default: a failing worker is kept, as the strategy `resume` does. */
  readonly restart?: SimulatedRestart | undefined
  /** Fewest and most workers; `min` 0 or more, `max` 1 or more. */
  readonly bounds: { readonly min: number; readonly max: number }
  /** All chance comes from it: a whole number, 0 or more, default 1. */
  readonly seed?: number | undefined
  /** How many messages; at least one of `count` and `untilMs` is given where arrivals are a formula. */
  readonly count?: number | undefined
  /** No message arrives from this moment on, and the model runs at least as long, in ms. */
  readonly untilMs?: number | undefined
  /** Regular span between load samples while there is work, in ms; 1 or more, default 1,000. */
  readonly sampleEveryMs?: number | undefined
  /** How long a worker takes to start, in ms; default 0. */
  readonly startMs?: number | undefined
  /**
   * Bound of the line, 1 or more: beyond it senders wait, and are what a policy sees waiting, as with `offer`. Default
   * `Infinity`: everything is accepted at once, and a policy sees what waits in the line, as with `run`.
   */
  readonly capacity?: number | undefined
}

export interface SimulateOptions extends SimulatedLoad {
  readonly policy: ScalingPolicy
  /** Whether every decision is kept; without them a run is cheaper. Default true. */
  readonly trace?: boolean | undefined
}

/** The same with nothing left open. */
export interface Plan {
  readonly arrivals: Arrivals
  readonly service: ServiceTimes
  readonly downstream: Downstream
  readonly failShare: number
  readonly maxAttempts: number
  readonly retryAfterMs: number
  readonly restartAfterMs: number | undefined
  readonly min: number
  readonly max: number
  readonly seed: number
  readonly count: number
  readonly untilMs: number
  readonly sampleEveryMs: number
  readonly startMs: number
  readonly capacity: number
}

const LOAD = {
  arrivals: having('arrivals', 'times'),
  service: having('service times', 'draw'),
  downstream: having('a downstream', 'slowdown'),
  failures: nested({ share: within(0, 1, 'a share'), maxAttempts: whole(1), retryAfterMs: milliseconds() }, undefined, ['share']),
  restart: nested({ afterMs: milliseconds() }, undefined, ['afterMs']),
  bounds: nested({ min: whole(0), max: whole(1) }, ({ min, max }) => (Number(min) > Number(max) ? [{ path: 'min', got: String(min), expected: `at most max, ${String(max)}` }] : []), ['min', 'max']),
  seed: whole(0),
  count: whole(0, 100_000_000),
  untilMs: within(0, 1e12, 'milliseconds'),
  sampleEveryMs: milliseconds(1),
  startMs: milliseconds(),
  capacity: wholeOrInfinity(1),
}

const NEEDED = ['arrivals', 'service', 'bounds']

const hasEnd: Rule = ({ arrivals, count, untilMs }) =>
  isEndless(arrivals) && count === undefined && untilMs === undefined ? [{ path: 'count', got: 'missing', expected: `${LOAD.count.name}, or untilMs: these arrivals go on for ever` }] : []

const isEndless = (arrivals: unknown): boolean => arrivals instanceof Object && 'endless' in arrivals && arrivals.endless === true

export const checkSimulate = (options: SimulateOptions): void =>
  checkOptions('simulate', { ...LOAD, policy: having('a scaling policy', 'step'), trace: flag }, options, hasEnd, [...NEEDED, 'policy'])

/** For what takes a load without a policy. */
export const checkLoad = (where: string, load: SimulatedLoad): void => checkOptions(where, LOAD, load, hasEnd, NEEDED)

export const planOf = (load: SimulatedLoad): Plan => {
  const { arrivals, service, downstream = free(), failures, restart, bounds, seed = 1, count = Infinity, untilMs = Infinity } = load
  const { sampleEveryMs = 1_000, startMs = 0, capacity = Infinity } = load
  return {
    arrivals, service, downstream, seed, count, untilMs, sampleEveryMs, startMs, capacity, ...bounds,
    failShare: failures?.share ?? 0,
    maxAttempts: failures?.maxAttempts ?? 1,
    retryAfterMs: failures?.retryAfterMs ?? 0,
    restartAfterMs: restart?.afterMs,
  }
}
