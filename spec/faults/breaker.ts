import { BehaviorSubject, type Observable, timer } from 'rxjs'
import type { RateOptions } from 'rxcrew'

/** Says that what a handler depends on is down, and for how long at least, in ms. */
export class OutageError extends Error {
  readonly forMs: number

  constructor(status: number, forMs: number) {
    super(`it answers ${status}`)
    this.forMs = forMs
  }
}

export interface BreakerOptions {
  /** Between two probes, in ms, unless the service says when to come again. */
  readonly probeMs: number
  /** Starts per window at first; twice as many in each further window, up to the last. */
  readonly ramp: { readonly from: number; readonly to: number; readonly perMs: number }
  /** Rejects with an `OutageError` while it is down. */
  probe(): Promise<void>
}

/** A circuit breaker as a user would write it, of the group's `gate$` and `rate`. */
export interface Breaker {
  readonly gate$: Observable<boolean>
  readonly rate$: Observable<RateOptions>
  /** When it opened the gate again, each time. */
  readonly openedMs: readonly number[]
  /** A handler has met the outage. */
  tripped(forMs: number): void
}

export const breaker = ({ probeMs, ramp, probe }: BreakerOptions): Breaker => {
  const gate$ = new BehaviorSubject(true)
  const rate$ = new BehaviorSubject<RateOptions>({ max: ramp.to, perMs: ramp.perMs })
  const openedMs: number[] = []
  const rise = (max: number): void => {
    rate$.next({ max, perMs: ramp.perMs })
    if (max < ramp.to) timer(ramp.perMs).subscribe(() => gate$.value && rise(Math.min(ramp.to, max * 2)))
  }
  const opens = (): void => {
    openedMs.push(Date.now())
    rise(ramp.from)
    gate$.next(true)
  }
  const probeIn = (ms: number): void => {
    timer(Math.max(ms, probeMs)).subscribe(() => void probe().then(opens, (error: unknown) => probeIn(error instanceof OutageError ? error.forMs : probeMs)))
  }
  return {
    gate$,
    rate$,
    openedMs,
    tripped: (forMs) => {
      if (!gate$.value) return
      gate$.next(false)
      probeIn(forMs)
    },
  }
}
