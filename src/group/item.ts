import type { Link } from '../core/chain.js'
import { createMessage } from '../core/create-message.js'
import type { Envelope, Message } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import type { Attempt } from './attempt.js'

/** Where an accepted item is: in exactly one of these places. */
export type Place = 'waiting' | 'inFlight' | 'retrying' | 'settled'

/** Whoever brought an item: told when it leaves the line, and its one outcome. */
export interface Sink {
  onLeave(item: Item): void
  /** Must not throw. */
  onOutcome(outcome: Outcome, item: Item): void
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
  /** The payload as the action decoded it; the raw one until then. */
  input: unknown
  decoded = false
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
  startedMs = -1
  attemptMs = -1
  previousDelayMs = 0
  /** Its time for all attempts is up. */
  spent = false
  /** Its sender's, followed from group to group. */
  signal: AbortSignal | undefined = undefined
  /** Withdraws what it became in the next group of a pipeline. */
  withdrawNext: ((reason: string) => void) | undefined = undefined
  /** Undoes what was set up for this item alone: a listener, a timer. */
  teardown: (() => void) | undefined = undefined
  readonly #address: string
  #message: Message | undefined

  constructor(raw: unknown, envelope: Envelope | undefined, sink: Sink | undefined, seq: number, acceptedMs: number, address: string, message?: Message) {
    this.raw = raw
    this.input = raw
    this.envelope = envelope
    this.sink = sink
    this.seq = seq
    this.acceptedMs = acceptedMs
    this.#address = address
    this.#message = message
  }

  /** The item in its envelope; made when first asked for, since most handlers only want the input. */
  get message(): Message {
    return (this.#message ??= wrap(this, this.#address))
  }
}

const NO_HEADERS: Message['headers'] = Object.freeze({})

// Most items come without an envelope; the general form costs several times as much.
const wrap = ({ raw, envelope, seq, acceptedMs }: Item, address: string): Message =>
  envelope === undefined
    ? { id: `${address}-${seq}`, topic: address, payload: raw, headers: NO_HEADERS, sentAtMs: acceptedMs }
    : createMessage(raw, {
        ...envelope,
        id: envelope.id ?? `${address}-${seq}`,
        topic: envelope.topic ?? address,
        headers: envelope.headers ?? NO_HEADERS,
        sentAtMs: envelope.sentAtMs ?? acceptedMs,
      })
