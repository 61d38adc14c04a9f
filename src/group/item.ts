import type { Link } from '../core/chain.js'
import { createMessage } from '../core/create-message.js'
import type { Envelope, Message } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import type { Attempt } from './attempt.js'
import type { GroupClock } from './group-clock.js'
import type { Ids } from './ids.js'

/** Where an accepted item is: in exactly one of these places. */
export type Place = 'waiting' | 'inFlight' | 'retrying' | 'settled'

/** Whoever brought an item: told when it leaves the line, and its one outcome. */
export interface Sink {
  onLeave(item: Item): void
  /** Must not throw. */
  onOutcome(outcome: Outcome, item: Item): void
}

/** What the items of a group have in common. */
export interface Home {
  readonly address: string
  readonly ids: Ids
  readonly clock: GroupClock
}

const UNDECODED = Symbol('undecoded')

/** What few items have: most have no room for it. */
export interface Extras {
  previousDelayMs?: number
  /** Its time for all attempts is up. */
  spent?: boolean
  /** Its sender's, followed from group to group. */
  signal?: AbortSignal
  /** Withdraws what it became in the next group of a pipeline. */
  withdrawNext?: (reason: string) => void
  /** Undoes what was set up for this item alone: a listener, a timer. */
  teardown?: () => void
}

/**
 * One accepted item on its way to its one outcome. The parts of a group write its fields, nobody else; payloads are
 * `unknown` inside a group, since only the action knows their shape.
 */
export class Item implements Link<Item> {
  readonly raw: unknown
  readonly envelope: Envelope | undefined
  sink: Sink | undefined
  readonly seq: number
  readonly acceptedMs: number
  place: Place = 'waiting'
  /** Its neighbours among the open items of its source. */
  before: Item | undefined = undefined
  after: Item | undefined = undefined
  /** Whether it has left the line: it holds its key until it is settled. */
  open = false
  /** The attempt that runs. */
  current: Attempt | undefined = undefined
  key: string | undefined = undefined
  attempts = 0
  /** By the clock of the group, as `acceptedMs`; the first start. */
  startedMs: number | undefined = undefined
  /** The last start; nothing before the first. */
  attemptMs = 0
  extras: Extras | undefined = undefined
  #decoded: unknown = UNDECODED
  readonly #home: Home
  #message: Message | undefined

  constructor(raw: unknown, envelope: Envelope | undefined, sink: Sink | undefined, seq: number, acceptedMs: number, home: Home, message?: Message) {
    this.raw = raw
    this.envelope = envelope
    this.sink = sink
    this.seq = seq
    this.acceptedMs = acceptedMs
    this.#home = home
    this.#message = message
  }

  /** The payload as the action decoded it; the raw one until then. */
  get input(): unknown {
    return this.isDecoded ? this.#decoded : this.raw
  }

  get isDecoded(): boolean {
    return this.#decoded !== UNDECODED
  }

  decodedAs(input: unknown): void {
    this.#decoded = input
  }

  /** The item in its envelope; made when first asked for, since most handlers only want the input. */
  get message(): Message {
    return (this.#message ??= wrap(this, this.#home))
  }

  /** Its extras, to be written to. */
  get own(): Extras {
    return (this.extras ??= {})
  }
}

const NO_HEADERS: Message['headers'] = Object.freeze({})

// Most items come without an envelope; the general form costs several times as much.
const wrap = ({ raw, envelope, seq, acceptedMs }: Item, { address, ids, clock }: Home): Message =>
  envelope === undefined
    ? { id: ids.at(seq), topic: address, payload: raw, headers: NO_HEADERS, sentAtMs: clock.epochMs(acceptedMs) }
    : createMessage(raw, {
        ...envelope,
        id: envelope.id ?? ids.at(seq),
        topic: envelope.topic ?? address,
        headers: envelope.headers ?? NO_HEADERS,
        sentAtMs: envelope.sentAtMs ?? clock.epochMs(acceptedMs),
      })
