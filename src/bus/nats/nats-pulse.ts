/**
 * Tells how long ago something that is seen only now may have been sent. A blocked event loop, or a stopped process,
 * sees late what came early: a lease that were counted from then on would last longer than the broker grants it.
 */
export class NatsPulse {
  readonly #everyMs: number
  #lastMs: number
  /** The beat before a long pause, until the next beat: what came meanwhile is read after the first beat. */
  #pausedSinceMs: number | undefined = undefined

  constructor(everyMs: number, nowMs: number) {
    this.#everyMs = everyMs
    this.#lastMs = nowMs
  }

  /** To be called every so often. */
  beat(nowMs: number): void {
    this.#pausedSinceMs = this.#isPause(nowMs) ? this.#lastMs : undefined
    this.#lastMs = nowMs
  }

  /** The earliest moment at which what is seen now may have been sent. */
  sentMs(nowMs: number): number {
    return this.#pausedSinceMs ?? (this.#isPause(nowMs) ? this.#lastMs : nowMs)
  }

  #isPause(nowMs: number): boolean {
    return nowMs - this.#lastMs > this.#everyMs * 2
  }
}
