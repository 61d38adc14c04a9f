import type { Channel } from 'amqplib'
import { planCredit, type Share } from './credit-plan.js'

/** AMQP has two bytes for it. */
const MOST = 65_535

interface Held extends Share {
  /** Messages it was sent that the server has not been told the end of. */
  unsettled: number
  cancelled: boolean
}

export interface CreditHost {
  /** What the server may send has just come to agree with the limit. */
  moved(): void
  /** The server ended a consumer by itself: its queue is gone. */
  cancelled(): void
  failed(error: unknown): void
}

/** How many messages the server may send over one channel: moved live by consumers that come and go. */
export class Credit {
  readonly #channel: Channel
  readonly #queue: string
  readonly #host: CreditHost
  readonly #shares = new Map<string, Held>()
  #limit = 0
  #draining = 0
  #tags = 0
  #moving = false
  #asked = false

  constructor(channel: Channel, queue: string, host: CreditHost) {
    this.#channel = channel
    this.#queue = queue
    this.#host = host
  }

  /** Whether more may come than the limit allows, until `moved`. */
  get isMoving(): boolean {
    return this.#moving
  }

  limit(limit: number): void {
    this.#limit = Math.min(limit, MOST)
    void this.#move()
  }

  arrived(tag: string): void {
    const share = this.#shares.get(tag)
    if (share === undefined) return
    share.unsettled += 1
    if (share.cancelled) this.#draining += 1
  }

  settled(tag: string): void {
    const share = this.#shares.get(tag)
    if (share === undefined) return
    share.unsettled -= 1
    if (!share.cancelled) return
    this.#draining -= 1
    void this.#move()
  }

  async #move(): Promise<void> {
    this.#asked = true
    if (this.#moving) return
    this.#moving = true
    try {
      // Whatever changes while the server answers asks for one more look.
      while ((await this.#step()) || this.#asked);
    } catch (error) {
      this.#host.failed(error)
    }
    this.#moving = false
    this.#host.moved()
  }

  async #step(): Promise<boolean> {
    this.#asked = false
    const active = [...this.#shares.values()].filter(({ cancelled }) => !cancelled)
    const { cancel, add } = planCredit(this.#limit, active, this.#draining)
    await Promise.all(cancel.map((tag) => this.#cancel(tag)))
    if (add > 0) await this.#consume(add)
    return cancel.length > 0 || add > 0
  }

  async #cancel(tag: string): Promise<void> {
    const share = this.#shares.get(tag)
    if (share === undefined) return
    share.cancelled = true
    this.#draining += share.unsettled
    await this.#channel.cancel(tag)
  }

  async #consume(size: number): Promise<void> {
    const tag = `rxcrew.${(this.#tags += 1)}`
    for (const { tag: old, cancelled, unsettled } of this.#shares.values()) if (cancelled && unsettled === 0) this.#shares.delete(old)
    // Before it is there: its first messages come with the answer.
    this.#shares.set(tag, { tag, size, unsettled: 0, cancelled: false })
    const nothing = (message: unknown): void => {
      if (message === null) this.#host.cancelled()
    }
    await Promise.all([this.#channel.prefetch(size), this.#channel.consume(this.#queue, nothing, { consumerTag: tag })])
  }
}
