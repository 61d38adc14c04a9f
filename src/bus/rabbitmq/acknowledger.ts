import type { Channel, ConsumeMessage } from 'amqplib'
import { scheduler as loop } from 'node:timers/promises'
import { AckWindow } from './ack-window.js'

/** Tells the server the end of deliveries of one channel: all of a turn of the event loop with as few frames as will do. */
export class Acknowledger {
  readonly #channel: Channel
  readonly #window = new AckWindow<ConsumeMessage>()
  #telling: Promise<boolean> | undefined
  /** How what was to be told at the end has ended. */
  #told: boolean | undefined

  constructor(channel: Channel) {
    this.#channel = channel
  }

  /** Resolves once it is sent: to false if the channel had closed by then. */
  ack(raw: ConsumeMessage): Promise<boolean> {
    this.#window.add(raw.fields.deliveryTag, raw)
    this.#telling ??= loop.yield().then(() => this.#told ?? this.#tell())
    return this.#telling
  }

  /** Back to its queue, at once. */
  giveBack(raw: ConsumeMessage): void {
    this.#window.skip(raw.fields.deliveryTag)
    this.#send(() => this.#channel.nack(raw, false, true))
  }

  /** Nothing more is told; what waits to be is told now, unless there is nobody to tell. */
  end(isOrphan = false): void {
    this.#told ??= isOrphan || this.#tell()
  }

  #tell(): boolean {
    this.#telling = undefined
    const { upTo, single } = this.#window.take()
    return this.#send(() => {
      if (upTo !== undefined) this.#channel.ack(upTo, true)
      for (const raw of single) this.#channel.ack(raw)
    })
  }

  // A channel that has closed throws; that it did is told elsewhere.
  #send(frames: () => void): boolean {
    try {
      frames()
      return true
    } catch {
      return false
    }
  }
}
