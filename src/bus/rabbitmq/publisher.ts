import type { ConfirmChannel, Options } from 'amqplib'
import type { SchedulerLike } from 'rxjs'
import type { Line } from '../memory-line.js'
import type { Opened } from './channel.js'
import { type Timed, TimeLimit } from './time-limit.js'

/** One message on its way to the server. */
export interface Letter {
  readonly exchange: string
  readonly routingKey: string
  readonly content: Buffer
  readonly properties: Options.Publish & { readonly messageId: string }
}

/** Publishes, and tells of each whether the server has it. */
export class Publisher {
  readonly opened: Opened<ConfirmChannel>
  readonly channel: ConfirmChannel
  readonly #confirmMs: number
  readonly #limit: TimeLimit<Parcel>
  /** Messages that no queue took, by their id: told before they are confirmed. */
  readonly #idle: (() => void)[] = []
  readonly #returned = new Map<string, number>()

  constructor(opened: Opened<ConfirmChannel>, scheduler: SchedulerLike, confirmMs: number) {
    const { channel } = opened
    this.opened = opened
    this.channel = channel
    this.#confirmMs = confirmMs
    this.#limit = new TimeLimit<Parcel>(scheduler, confirmMs, (parcel) => this.#late(parcel))
    channel.on('return', ({ properties: { messageId } }) => void this.#returned.set(messageId, (this.#returned.get(messageId) ?? 0) + 1))
  }

  /** Resolves once all are confirmed; rejects when one is not: refused, returned, not confirmed in time, or cut off. */
  send(letters: readonly Letter[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const parcel = new Parcel(letters.length, resolve, reject)
      try {
        for (const letter of letters) this.#post(letter, parcel)
      } catch (error) {
        return reject(error)
      }
      this.#limit.add(parcel)
    })
  }

  /** Resolves once nothing is on its way. */
  idle(): Promise<void> {
    if (this.#limit.isEmpty) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle.push(resolve)
    })
  }

  #post({ exchange, routingKey, content, properties }: Letter, parcel: Parcel): void {
    this.channel.publish(exchange, routingKey, content, { ...properties, persistent: true, mandatory: true }, (error: unknown) => {
      const wrong = error ?? (this.#returned.size > 0 && this.#isReturned(properties.messageId) ? new Error(`no queue takes what is sent to '${exchange || routingKey}'`) : undefined)
      if (parcel.told(wrong)) this.#over(parcel)
    })
  }

  #over(parcel: Parcel): void {
    this.#limit.remove(parcel)
    if (this.#idle.length > 0 && this.#limit.isEmpty) for (const tell of this.#idle.splice(0)) tell()
  }

  #isReturned(messageId: string): boolean {
    const count = this.#returned.get(messageId)
    if (count === undefined) return false
    if (count === 1) this.#returned.delete(messageId)
    else this.#returned.set(messageId, count - 1)
    return true
  }

  #late(parcel: Parcel): void {
    parcel.fail(new Error(`the server has not confirmed it within ${this.#confirmMs} ms`))
    this.#over(parcel)
  }
}

/** What was sent in one call. */
class Parcel implements Timed<Parcel> {
  line: Line<Parcel> | undefined = undefined
  before: Parcel | undefined = undefined
  after: Parcel | undefined = undefined
  dueMs = 0
  #open: number
  #error: unknown = undefined
  readonly #resolve: () => void
  readonly fail: (error: unknown) => void

  constructor(open: number, resolve: () => void, fail: (error: unknown) => void) {
    this.#open = open
    this.#resolve = resolve
    this.fail = fail
  }

  /** What became of one of them; true once all are told. */
  told(error: unknown): boolean {
    this.#error ??= error ?? undefined
    this.#open -= 1
    if (this.#open > 0) return false
    if (this.#error === undefined) this.#resolve()
    else this.fail(this.#error)
    return true
  }
}
