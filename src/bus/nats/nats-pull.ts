import type { Msg, Subscription } from '@nats-io/transport-node'
import { interval, type Subscription as Timer } from 'rxjs'
import type { NatsLink } from './nats-link.js'
import { lotOf, type Lot } from './nats-lot.js'
import type { NatsSettings } from './nats-options.js'
import { NatsPulse } from './nats-pulse.js'

/** What a pull needs of its listener. */
export interface PullHost {
  readonly link: NatsLink
  readonly settings: NatsSettings
  /** Where messages are asked for: now. */
  readonly nextSubject: string
  /** How many more deliveries the listener may have, and may have at all. */
  room(): number
  readonly limit: number
  take(lot: Lot, data: Uint8Array): void
  /** What was delivered until now may come again, though it is here or settled. */
  recalled(): void
  /** So may this, which came after that. */
  cameAfterAll(lot: Lot): void
  /** The consumer does not answer, or says that it is gone. */
  trouble(): void
  refused(error: Error): void
}

/** The server drops a request after so long; what is left of it is asked for again. */
const EXPIRES_MS = 30_000
/** So many beats without a word from the server are too many. */
const QUIET_BEATS = 3
const NS = 1e6

/** Asks the server for exactly as many messages as its listener has room for. */
export class NatsPull {
  readonly #host: PullHost
  readonly pulse: NatsPulse
  readonly #beats: Timer
  readonly #beatMs: number
  #inbox: Subscription | undefined = undefined
  #address = ''
  /** Asked for, and not come yet. */
  #open = 0
  /** What was asked for is taken back, and until the server knows it may still come. */
  #recalling = false
  #quietMs = 0
  #isOver = false

  constructor(host: PullHost) {
    this.#host = host
    const { heartbeatMs, leaseMs, scheduler, monotonicMs } = host.settings
    this.#beatMs = Math.min(heartbeatMs, leaseMs / 5)
    this.pulse = new NatsPulse(this.#beatMs, monotonicMs())
    this.#beats = interval(this.#beatMs, scheduler).subscribe(() => this.#beat())
  }

  /** Begins anew: what was asked for before is not to be delivered any more. */
  start(): void {
    this.recall()
    const { link } = this.#host
    this.#address = link.inbox()
    const inbox = link.connection.subscribe(this.#address, {
      callback: (error, message) => (error === null ? this.#heard(message, inbox) : this.#host.refused(error)),
    })
    this.#inbox = inbox
    this.#quietMs = 0
    this.ask()
  }

  /** Asks for what there is room for. Not for every little bit while something is on the way: requests would pile up. */
  ask(): void {
    if (this.#inbox === undefined) return
    const room = this.#host.room() - this.#open
    if (room < 0 && this.#open > 0) return this.#askLess()
    if (room > 0 && (this.#open === 0 || room * 4 >= this.#host.limit)) this.#request(room)
  }

  /** Takes back what was asked for. What the server has sent until it knows still comes. */
  recall(): void {
    const inbox = this.#inbox
    this.#inbox = undefined
    this.#open = 0
    if (inbox !== undefined && this.#host.link.up) inbox.drain().catch(() => undefined)
    else inbox?.unsubscribe()
  }

  // Asked anew only when all that was on its way has come: else each of it would leave less room than was asked for, and
  // take all back once more.
  #askLess(): void {
    const inbox = this.#inbox
    if (inbox === undefined || this.#recalling || !this.#host.link.up) return
    this.#recalling = true
    this.#host.recalled()
    this.#inbox = undefined
    this.#open = 0
    const again = (): void => {
      this.#recalling = false
      if (this.#inbox === undefined && !this.#isOver) this.start()
    }
    inbox.drain().then(again, again)
  }

  close(): void {
    this.#isOver = true
    this.#beats.unsubscribe()
    this.recall()
  }

  #request(batch: number): void {
    const { link, nextSubject, settings } = this.#host
    if (!link.up) return
    this.#open += batch
    const text = `{"batch":${batch},"expires":${EXPIRES_MS * NS},"idle_heartbeat":${settings.heartbeatMs * NS}}`
    link.connection.publish(nextSubject, text, { reply: this.#address })
  }

  #heard(message: Msg, from: Subscription): void {
    const isCurrent = from === this.#inbox
    if (isCurrent) this.#quietMs = 0
    const { reply } = message
    const lot = reply === undefined ? undefined : lotOf(reply)
    if (lot === undefined) return isCurrent ? this.#status(message) : undefined
    if (isCurrent && this.#open > 0) this.#open -= 1
    this.#host.take(lot, message.data)
    if (!isCurrent) this.#host.cameAfterAll(lot)
  }

  #status({ headers }: Msg): void {
    switch (headers?.code) {
      case HEARTBEAT:
        return
      case EXPIRED:
        this.#open = Math.max(0, this.#open - Number(headers.get('Nats-Pending-Messages')))
        return this.ask()
      default:
        return this.#host.trouble()
    }
  }

  // A blocked event loop misses beats as well, but then it has not counted any.
  #beat(): void {
    this.pulse.beat(this.#host.settings.monotonicMs())
    if (this.#inbox === undefined || this.#open === 0 || !this.#host.link.up) return
    this.#quietMs += this.#beatMs
    if (this.#quietMs <= this.#host.settings.heartbeatMs * QUIET_BEATS) return
    this.#quietMs = 0
    this.#host.link.suspect()
    this.#host.trouble()
  }
}

const HEARTBEAT = 100
const EXPIRED = 408
