import { asyncScheduler, type SchedulerLike, timer } from 'rxjs'
import type { MessageBus } from '../bus/bus.js'

/** A bus to be tried, and what is outside of it: its clock, its lease, and how foreign bytes get onto a topic. */
export interface BusEnvironment {
  readonly bus: MessageBus
  /** How long the bus waits for a settlement, in ms. The shorter, the sooner the contract is done. */
  readonly leaseMs: number
  /** Puts bytes on a topic behind the bus's back, as a foreign program would. */
  publishRaw(topic: string, raw: string): Promise<void>
  /** The clock of the bus; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
  /** Moves a virtual clock on and lets what is due happen; left out, real time passes. */
  advance?(ms: number): Promise<void>
  /** How long to wait for what should happen, in ms on the bus's clock; default ten leases, and 5,000 at least. */
  readonly patienceMs?: number | undefined
  /** Puts everything away after a case. The bus itself has been closed before. */
  close?(): Promise<void>
}

const STEP_MS = 5

/** What a case works with. */
export interface BusTrial {
  readonly bus: MessageBus
  readonly leaseMs: number
  publishRaw(topic: string, raw: string): Promise<void>
  nowMs(): number
  advance(ms: number): Promise<void>
  /** Resolves once the predicate holds, however long that takes within the patience; else rejects and says what never came. */
  eventually(what: string, predicate: () => boolean): Promise<void>
}

export const trialOf = (environment: BusEnvironment): BusTrial => {
  const { bus, leaseMs, scheduler = asyncScheduler, patienceMs = Math.max(5_000, leaseMs * 10) } = environment
  const advance = async (ms: number): Promise<void> => {
    if (environment.advance !== undefined) return environment.advance(ms)
    await new Promise<void>((resolve) => timer(ms, scheduler).subscribe(() => resolve()))
  }
  return {
    bus,
    leaseMs,
    publishRaw: (topic, raw) => environment.publishRaw(topic, raw),
    nowMs: () => scheduler.now(),
    advance,
    async eventually(what, predicate) {
      const untilMs = scheduler.now() + patienceMs
      while (!predicate()) {
        if (scheduler.now() >= untilMs) throw new Error(`after ${patienceMs} ms still not: ${what}`)
        // One after the other: each step is to let things happen before the next look.
        // oxlint-disable-next-line no-await-in-loop
        await advance(STEP_MS)
      }
    },
  }
}

/** Throws an error with this text unless the condition holds. */
export function expectThat(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Error(text)
}

/** Throws unless both are the same as JSON. */
export const expectSame = (actual: unknown, expected: unknown, what: string): void => {
  const [got, wanted] = [stable(actual), stable(expected)]
  expectThat(got === wanted, `${what} should be ${wanted}, but is ${got}`)
}

const stable = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner) ?? 'undefined'
