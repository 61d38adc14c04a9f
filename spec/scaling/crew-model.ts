import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { loadOf } from './load-of.js'

export interface Item {
  readonly atMs: number
  readonly serviceMs: number
}

export interface CrewRun {
  readonly min: number
  readonly max: number
  /** Workers alive at the start. */
  readonly live: number
  /** How long a worker takes to start, in ms. */
  readonly acquireMs?: number
  readonly everyMs: number
  readonly untilMs: number
  readonly items: readonly Item[]
}

export interface Moment {
  readonly nowMs: number
  readonly live: number
  readonly busy: number
  readonly waiting: number
  readonly wanted: number
}

interface Worker {
  /** At work until then; the moment it became idle. */
  freeAtMs: number
}

/** A group in the small, in steps of `everyMs`: reuses the worker most recently used, as a group does. Asks the policy at every step. */
export const crewModel = <S>(policy: ScalingPolicy<S>, { min, max, live, acquireMs = 0, everyMs, untilMs, items }: CrewRun): readonly Moment[] => {
  const crew: Worker[] = Array.from({ length: live }, () => ({ freeAtMs: 0 }))
  const line = items.toSorted((a, b) => a.atMs - b.atMs)
  const trace: Moment[] = []
  let starting: number[] = []
  let state = policy.initial
  for (let nowMs = 0; nowMs <= untilMs; nowMs += everyMs) {
    crew.push(...starting.filter((atMs) => atMs <= nowMs).map(() => ({ freeAtMs: nowMs })))
    starting = starting.filter((atMs) => atMs > nowMs)
    work(crew, line, nowMs)
    const waiting = line.filter(({ atMs }) => atMs <= nowMs)
    const idle = crew.filter(({ freeAtMs }) => freeAtMs <= nowMs)
    const idleMs = idle.map(({ freeAtMs }) => nowMs - freeAtMs).toSorted((a, b) => b - a)
    const busy = crew.length - idle.length
    const oldestWaitMs = nowMs - Math.min(nowMs, ...waiting.map(({ atMs }) => atMs))
    const decision = policy.step(state, loadOf({ nowMs, min, max, live: crew.length, inFlight: busy, waiting: waiting.length, oldestWaitMs, idleMs }))
    state = decision.state
    const { wanted } = decision
    trace.push({ nowMs, live: crew.length, busy, waiting: waiting.length, wanted })
    while (crew.length + starting.length < wanted) starting.push(nowMs + acquireMs)
    while (crew.length + starting.length > wanted && dismiss(crew, nowMs)) continue
  }
  return trace
}

const work = (crew: Worker[], line: Item[], nowMs: number): void => {
  for (;;) {
    const free = crew.filter(({ freeAtMs }) => freeAtMs <= nowMs).toSorted((a, b) => b.freeAtMs - a.freeAtMs)[0]
    const [item] = line
    if (free === undefined || item === undefined || item.atMs > nowMs) return
    line.splice(0, 1)
    free.freeAtMs = nowMs + item.serviceMs
  }
}

/** Lets go the worker that has been idle longest; false while all are at work. */
const dismiss = (crew: Worker[], nowMs: number): boolean => {
  const longest = crew.filter(({ freeAtMs }) => freeAtMs <= nowMs).toSorted((a, b) => a.freeAtMs - b.freeAtMs)[0]
  if (longest !== undefined) crew.splice(crew.indexOf(longest), 1)
  return longest !== undefined
}
