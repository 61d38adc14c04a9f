import { scheduler as loop } from 'node:timers/promises'
import type { KafkaSend } from './kafka-client.js'

interface Parcel {
  readonly records: readonly KafkaSend[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Sends one batch at a time, each with all that came during the one before: in order, and few requests for many messages. */
export class Sends {
  readonly #send: (records: readonly KafkaSend[]) => Promise<void>
  #waiting: Parcel[] = []
  #running: Promise<void> | undefined

  constructor(send: (records: readonly KafkaSend[]) => Promise<void>) {
    this.#send = send
  }

  /** Resolves once all of them are confirmed; rejects when the batch that they were in was not. */
  send(records: readonly KafkaSend[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves once nothing is on its way. */
  async done(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    await loop.yield()
    while (this.#waiting.length > 0) {
      const parcels = this.#waiting
      this.#waiting = []
      try {
        // One after the other is the point.
        // oxlint-disable-next-line no-await-in-loop
        await this.#send(parcels.flatMap(({ records }) => records))
        for (const { resolve } of parcels) resolve()
      } catch (error) {
        for (const { reject } of parcels) reject(error)
      }
    }
    this.#running = undefined
  }
}
