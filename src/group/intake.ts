import { Fifo } from '../core/fifo.js'
import type { Envelope } from '../core/message.js'
import type { Item, Sink } from './item.js'
import { GroupClosedError } from './worker-group-contract.js'

/** One who waits for room in the line. */
interface Waiter {
  readonly sinceMs: number
  /** Takes the room; not called again. */
  admit: (() => void) | undefined
  readonly refuse: (error: unknown) => void
}

export interface IntakeHost {
  readonly name: string
  readonly capacity: number
  /** Items in the line, and items between two tries: each is bounded by the capacity. */
  readonly waiting: number
  readonly retrying: number
  now(): number
  accept(raw: unknown, envelope: Envelope | undefined, sink: Sink | undefined): Item
  /** Someone has begun to wait for room. */
  onWaiting(): void
}

/** The way into the line for those who wait for room: senders and pullers, first come, first served. */
export class Intake {
  readonly #host: IntakeHost
  readonly #waiters = new Fifo<Waiter>()
  #reserved = 0
  #admitting = false
  closed = false

  constructor(host: IntakeHost) {
    this.#host = host
  }

  /** Whether someone waits for room. */
  get crowded(): boolean {
    return this.oldestMs() !== undefined
  }

  /** Since when the one who has waited longest for room has waited. */
  oldestMs(): number | undefined {
    for (let head = this.#waiters.peek(); head !== undefined; head = this.#waiters.peek()) {
      if (head.admit !== undefined) return head.sinceMs
      this.#waiters.take()
    }
    return undefined
  }

  get hasRoom(): boolean {
    const { waiting, retrying, capacity } = this.#host
    return waiting + this.#reserved < capacity && retrying < capacity
  }

  /** Whether whoever comes now need not wait. */
  get letsIn(): boolean {
    return !this.closed && this.hasRoom && !this.crowded && !this.#admitting
  }

  /**
   * Calls `admit` as soon as there is room and nobody came earlier, at once if so; `refuse` when the group closes
   * first or the signal aborts. Returns what gives up the place.
   */
  wait(admit: () => void, refuse: (error: unknown) => void, signal?: AbortSignal): () => void {
    if (this.closed) return this.#refused(refuse)
    if (signal?.aborted === true) {
      refuse(signal.reason)
      return () => undefined
    }
    if (this.letsIn) {
      admit()
      return () => undefined
    }
    return this.#queue(admit, refuse, signal)
  }

  /** Keeps one place for an item that is being fetched; the returned function gives it back. */
  reserve(): () => void {
    this.#reserved += 1
    return () => {
      this.#reserved -= 1
      this.admit()
    }
  }

  /** Room may have appeared: lets in who waits. Served by the outermost call, so a long queue does not nest. */
  admit(): void {
    if (this.#admitting) return
    this.#admitting = true
    while (!this.closed && this.hasRoom && this.oldestMs() !== undefined) this.#waiters.take()?.admit?.()
    this.#admitting = false
  }

  close(): void {
    this.closed = true
    for (let waiter = this.#waiters.take(); waiter !== undefined; waiter = this.#waiters.take()) {
      if (waiter.admit !== undefined) this.#refused(waiter.refuse)
    }
  }

  #refused(refuse: (error: unknown) => void): () => void {
    refuse(new GroupClosedError(this.#host.name))
    return () => undefined
  }

  #queue(admit: () => void, refuse: (error: unknown) => void, signal: AbortSignal | undefined): () => void {
    const leave = (): void => {
      waiter.admit = undefined
      signal?.removeEventListener('abort', aborted)
    }
    const aborted = (): void => {
      leave()
      refuse(signal?.reason)
    }
    const waiter: Waiter = {
      sinceMs: this.#host.now(),
      admit: () => {
        leave()
        admit()
      },
      refuse,
    }
    signal?.addEventListener('abort', aborted, { once: true })
    this.#waiters.push(waiter)
    this.#host.onWaiting()
    return leave
  }
}
