import type { Answer, NatsAsks } from './nats-asks.js'
import type { NatsLink } from './nats-link.js'

/** One settlement on its way. */
export interface Sending {
  readonly subject: string
  readonly data: Uint8Array
  /** The end of the lease: it is not sent any more after that. */
  readonly untilMs: number
  readonly told: (inTime: boolean) => void
}

/** What a settler needs of its consumer. */
export interface SettlerHost {
  readonly link: NatsLink
  readonly asks: NatsAsks
  monotonicMs(): number
  /** There is no such consumer. */
  missing(): void
}

/**
 * Tells the server of settlements, each at once and in order. The server works through what one connection sends to a
 * consumer in order too, so it is asked to confirm only one at a time: its answer stands for all that were sent before.
 * The latest one is held back while an answer is awaited, to be the next that asks.
 */
export class NatsSettler {
  readonly #host: SettlerHost
  /** Sent; an answer to the last of them is awaited. */
  #asked: Sending[] = []
  /** Sent since then. */
  #sent: Sending[] = []
  #held: Sending | undefined = undefined
  /** Not sent: there is no connection, or nobody knows yet whether there still is the same consumer. */
  #waiting: Sending[] = []
  #open = false

  constructor(host: SettlerHost) {
    this.#host = host
  }

  get size(): number {
    return this.#asked.length + this.#sent.length + this.#waiting.length + (this.#held === undefined ? 0 : 1)
  }

  /** Resolves to whether the server knows: false if it came too late, or to a consumer that is gone. */
  send(subject: string, data: Uint8Array, untilMs: number): Promise<boolean> {
    return new Promise((told) => this.tell({ subject, data, untilMs, told }))
  }

  /** The same without a promise. */
  tell(sending: Sending): void {
    if (!this.#open || !this.#host.link.up) this.#waiting.push(sending)
    else if (this.#asked.length === 0) this.#ask([], sending)
    else this.#hold(sending)
  }

  /** The consumer is there, and is the one that delivered what is to be settled. */
  open(): void {
    this.#open = true
    const nowMs = this.#host.monotonicMs()
    const [waiting, late] = [this.#waiting.filter(({ untilMs }) => untilMs > nowMs), this.#waiting.filter(({ untilMs }) => untilMs <= nowMs)]
    this.#waiting = []
    end(late, false)
    const last = waiting.pop()
    if (last === undefined) return
    for (const sending of waiting) this.#publish(sending)
    this.#ask(waiting, last)
  }

  /** Sends nothing until it is opened again. */
  hold(): void {
    this.#open = false
    this.#waiting = this.#takeAll()
  }

  /** Whatever is not confirmed came too late. */
  fence(): void {
    end(this.#takeAll(), false)
  }

  #hold(sending: Sending): void {
    if (this.#held !== undefined) {
      this.#publish(this.#held)
      this.#sent.push(this.#held)
    }
    this.#held = sending
  }

  #publish({ subject, data }: Sending): void {
    this.#host.link.connection.publish(subject, data)
  }

  #ask(sent: Sending[], last: Sending): void {
    sent.push(last)
    this.#asked = sent
    this.#host.asks.ask(last.subject, last.data, (answer) => this.#asked === sent && this.#answered(answer))
  }

  #answered({ type }: Answer): void {
    switch (type) {
      case 'answer':
        return this.#confirmed()
      case 'nobody':
        this.fence()
        return this.#host.missing()
      case 'cut':
        return this.hold()
      case 'silent':
        this.hold()
        return this.open()
    }
  }

  #confirmed(): void {
    const [confirmed, sent, held] = [this.#asked, this.#sent, this.#held]
    this.#asked = []
    this.#sent = []
    this.#held = undefined
    if (held !== undefined) this.#ask(sent, held)
    end(confirmed, true)
  }

  #takeAll(): Sending[] {
    const all = [...this.#asked, ...this.#sent, ...(this.#held === undefined ? [] : [this.#held]), ...this.#waiting]
    this.#asked = []
    this.#sent = []
    this.#held = undefined
    this.#waiting = []
    return all
  }
}

const end = (sendings: readonly Sending[], inTime: boolean): void => {
  for (const sending of sendings) sending.told(inTime)
}
