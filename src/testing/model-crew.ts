/** What the model of a crew needs of the group around it. */
export interface ModelCrewHost {
  readonly nowMs: number
  /** How long a worker takes to start, in ms. */
  readonly startMs: number
  /** The number of live workers, or of those wanted, has moved. */
  onLimit(): void
  /** A start that had been under way is over, and none other is. */
  onChange(): void
  /** Puts off a step of a worker's start; returns what that step is called when it is due. */
  later(delayMs: number): number
}

/** A step of a worker's start that is under way. */
interface Step {
  readonly called: number
  /** Whether the wait before the start is over with it, or the start itself. */
  readonly waiting: boolean
}

/** The workers of a modelled group: the rules of `group/crew`, with counts in the place of resources. */
export class ModelCrew {
  /** Since when each free worker has been idle, in ms; the one that has been idle longest first. */
  readonly free: number[] = []
  wanted = 0
  /** Workers being started or waiting out a backoff. */
  starting = 0
  live = 0
  readonly #host: ModelCrewHost
  readonly #pending: Step[] = []

  constructor(host: ModelCrewHost) {
    this.#host = host
  }

  get limit(): number {
    return Math.min(this.live, this.wanted)
  }

  setWanted(wanted: number): void {
    if (wanted === this.wanted) return
    this.wanted = wanted
    for (let missing = wanted - this.live - this.starting; missing > 0; missing -= 1) this.#start(0)
    this.#shed()
    while (this.live + this.starting > wanted && this.free.length > 0) {
      this.free.shift()
      this.#retire()
    }
    this.#host.onLimit()
  }

  take(): void {
    this.free.pop()
  }

  /** A worker is done with its message. */
  giveBack(): void {
    this.#shed()
    if (this.live + this.starting > this.wanted) {
      this.#retire()
      this.#host.onLimit()
    } else this.free.push(this.#host.nowMs)
  }

  /** Releases a busy worker and, after a wait, starts another in its place. */
  replace(delayMs: number): void {
    const surplus = this.live + this.starting > this.wanted
    this.#retire()
    if (!surplus) this.#start(delayMs)
    this.#host.onLimit()
  }

  /** A step that had been put off is due; it may have been given up meanwhile. */
  due(called: number): void {
    const at = this.#pending.findIndex((step) => step.called === called)
    const [step] = at < 0 ? [] : this.#pending.splice(at, 1)
    if (step === undefined) return
    if (step.waiting) this.#acquire()
    else this.#join()
    if (this.starting === 0) this.#host.onChange()
  }

  /** Gives up starts that are not wanted any more, the newest first. */
  #shed(): void {
    while (this.#pending.length > 0 && this.live + this.starting > this.wanted) {
      this.#pending.pop()
      this.starting -= 1
      if (this.starting === 0) this.#host.onChange()
    }
  }

  #retire(): void {
    this.live -= 1
    this.#host.onLimit()
  }

  #start(delayMs: number): void {
    this.starting += 1
    if (delayMs > 0) this.#pending.push({ called: this.#host.later(delayMs), waiting: true })
    else this.#acquire()
  }

  #acquire(): void {
    const { startMs } = this.#host
    if (startMs > 0) this.#pending.push({ called: this.#host.later(startMs), waiting: false })
    else this.#join()
  }

  #join(): void {
    this.starting -= 1
    this.live += 1
    this.#shed()
    if (this.live + this.starting > this.wanted) this.#retire()
    else this.free.push(this.#host.nowMs)
    this.#host.onLimit()
  }
}
