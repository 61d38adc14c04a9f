import type { Answer, NatsAsks } from './nats-asks.js'
import type { NatsLink } from './nats-link.js'

/** One settlement on its way. */
export interface Sending {
  readonly subject: string
  readonly data: Uint8Array
  /** The end of the lease: it is not sent any more after that. */
  readonly untilMs: number
  /** Called once, when the server knows, or when it came too late or for a consumer that is gone. */
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
 * Tells the server of settlements, in order. The server works through what one connection sends to a consumer in order
 * too, so only the last of several is sent with the wish for an answer, which stands for all of them. What comes while an
 * answer is awaited is sent together when it is there: with much to tell in few pieces, with little to tell at once.
 */
export class NatsSettler {
  readonly #host: SettlerHost
  /** Sent; an answer to the last of them is awaited. */
  #asked: readonly Sending[] = []
  /** Not sent yet. */
  #line: Sending[] = []
  readonly #idle: (() => void)[] = []
  /** Whether the consumer is known to be there, and to be the one that delivered what is to be settled. */
  #open = false

  constructor(host: SettlerHost) {
    this.#host = host
  }

  get size(): number {
    return this.#asked.length + this.#line.length
  }

  /** What was answered last. */
  lately: readonly Sending[] = []

  /** What is on its way, or waits to be. */
  get all(): readonly Sending[] {
    return [...this.#asked, ...this.#line]
  }

  /** Resolves once nothing is on its way. */
  idle(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Resolves to whether it was told in time. */
  send(subject: string, data: Uint8Array, untilMs: number): Promise<boolean> {
    return new Promise((told) => this.tell({ subject, data, untilMs, told }))
  }

  tell(sending: Sending): void {
    this.#line.push(sending)
    this.#go()
  }

  open(): void {
    this.#open = true
    this.#go()
  }

  /** Sends nothing until it is opened again; what was not answered is sent again then. */
  hold(): void {
    this.#open = false
    this.#line = [...this.#asked, ...this.#line]
    this.#asked = []
  }

  /** Whatever is not confirmed came too late. */
  fence(): void {
    const all = [...this.#asked, ...this.#line]
    this.#asked = []
    this.#line = []
    end(all, false)
    this.#rest()
  }

  #go(): void {
    if (this.#asked.length > 0 || this.#line.length === 0 || !this.#open || !this.#host.link.up) return
    const sent = this.#inTime()
    const last = sent.at(-1)
    if (last === undefined) return
    this.#asked = sent
    const { connection } = this.#host.link
    for (let at = 0; at < sent.length - 1; at += 1) {
      const { subject, data } = sent[at] ?? last
      connection.publish(subject, data)
    }
    this.#host.asks.ask(last.subject, last.data, (answer) => this.#asked === sent && this.#answered(answer))
  }

  /** Takes what waits; what has waited longer than its lease came too late. */
  #inTime(): readonly Sending[] {
    const [line, nowMs] = [this.#line, this.#host.monotonicMs()]
    this.#line = []
    if (line.every(({ untilMs }) => untilMs > nowMs)) return line
    end(line.filter(({ untilMs }) => untilMs <= nowMs), false)
    return line.filter(({ untilMs }) => untilMs > nowMs)
  }

  #rest(): void {
    if (this.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  #answered({ type }: Answer): void {
    const asked = this.#asked
    switch (type) {
      case 'answer':
        this.#asked = []
        this.lately = asked
        this.#go()
        end(asked, true)
        return this.#rest()
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
}

const end = (sendings: readonly Sending[], inTime: boolean): void => {
  for (const sending of sendings) sending.told(inTime)
}
