/** What decides when a group's load is worth a sample. */
export interface SampledGroup {
  /** Since when the one who has waited longest has waited; `undefined` if nobody waits. */
  oldestMs(): number | undefined
  /** Since when the worker that has been idle longest has been idle; `undefined` if none could be given up. */
  idlestMs(): number | undefined
  /** Whether anything is waiting, running or retrying. */
  active(): boolean
}

/** Moments between the regular samples at which a sample is wanted. */
export interface SampleWake {
  /** When someone has waited this long, in ms, and again each time the same span has passed. */
  readonly waitedMs?: number | undefined
  /** When a worker has been idle this long, in ms. */
  readonly idledMs?: number | undefined
  /** Once more after the last work has ended, at the next regular moment; default false. */
  readonly afterWork?: boolean | undefined
}

/**
 * The moments at which a group is sampled: regularly while there is work, when someone has waited a policy's span, and
 * when a worker has been idle for one. It has no clock: whoever owns the timer says when it fired and sets it anew.
 */
export class SampleMoments {
  readonly #everyMs: number
  readonly #wake: SampleWake
  readonly #group: SampledGroup
  /** The moment the timer is set for; `Infinity` if it is not set. */
  dueMs = Infinity
  #lastMs = 0
  #lastWaitMs = -Infinity
  #lastIdleMs = -Infinity
  #sawWait = false
  #sawIdle = false
  #sawWork = false

  constructor(everyMs: number, wake: SampleWake | undefined, group: SampledGroup) {
    this.#everyMs = everyMs
    this.#wake = wake ?? {}
    this.#group = group
  }

  /** A sample is taken now. */
  sampled(nowMs: number): void {
    this.#lastMs = nowMs
    this.#sawWork = this.#group.active()
  }

  /** Something may have begun to wait or to be idle: true if the timer is to be set anew, for `dueMs`. */
  moved(): boolean {
    if (this.#covered()) return false
    const dueMs = Math.min(this.#regularMs(), this.#waitDueMs(), this.#idleDueMs())
    if (dueMs >= this.dueMs) return false
    this.dueMs = dueMs
    this.#sawWait = this.#group.oldestMs() !== undefined
    // One who is told of again is due later than it would be by itself, so who came later may be due earlier.
    this.#sawIdle = (this.#group.idlestMs() ?? -Infinity) + (this.#wake.idledMs ?? 0) > this.#lastIdleMs
    return true
  }

  /** The timer has fired: true if a sample is to be taken; if not, `moved` says when to look again. */
  fired(nowMs: number): boolean {
    this.dueMs = Infinity
    const waited = this.#waitDueMs() <= nowMs
    const idled = this.#idleDueMs() <= nowMs
    if (waited) this.#lastWaitMs = nowMs
    if (idled) this.#lastIdleMs = nowMs
    return waited || idled || this.#regularMs() <= nowMs
  }

  /** Whether no look is needed: the timer comes in time for whoever waited or idled when it was set, and who came later is due later. */
  #covered(): boolean {
    if (this.dueMs > this.#lastMs + this.#everyMs) return false
    const { waitedMs, idledMs } = this.#wake
    return (waitedMs === undefined || this.#sawWait || this.#group.oldestMs() === undefined) && (idledMs === undefined || this.#sawIdle || this.#group.idlestMs() === undefined)
  }

  #regularMs(): number {
    const owed = this.#group.active() || (this.#sawWork && this.#wake.afterWork === true)
    return owed ? this.#lastMs + this.#everyMs : Infinity
  }

  /** Again a span after it was told: one more worker for each span at most. */
  #waitDueMs(): number {
    const { waitedMs = Infinity } = this.#wake
    return Math.max(this.#group.oldestMs() ?? Infinity, this.#lastWaitMs) + waitedMs
  }

  /** A worker that the policy keeps although it was told is told of again a span later, not at once. */
  #idleDueMs(): number {
    const { idledMs = Infinity } = this.#wake
    const dueMs = (this.#group.idlestMs() ?? Infinity) + idledMs
    return dueMs > this.#lastIdleMs ? dueMs : this.#lastIdleMs + Math.max(idledMs, 1)
  }
}
