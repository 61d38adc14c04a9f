import type { StreamInfo } from '@nats-io/jetstream'
import { consumerFor, type Found, type Seat } from './nats-consumer.js'
import type { NatsLink } from './nats-link.js'
import type { NatsSettings } from './nats-options.js'
import { Refusal, type NatsTopic } from './nats-topic.js'

/** What a keeper needs of its group. */
export interface KeeperHost {
  readonly of: NatsTopic
  readonly seat: Seat
  readonly link: NatsLink
  readonly settings: NatsSettings
  /** Whether anybody still needs the consumer: now. */
  readonly wanted: boolean
  /** Every message of this stream up to that number is done with; undefined if the consumer was never there. */
  floor(stream: StreamInfo): number | undefined
  ready(found: Found): void
  refused(error: Error): void
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000

/** Finds or makes the consumer of a group, trying until that went well, is refused, or is not wanted any more. */
export class NatsKeeper {
  readonly #host: KeeperHost
  /** Which attempt counts: what was asked before the connection went is not answered. */
  #run = 0
  readonly #opened: (() => void)[] = []
  working = false

  constructor(host: KeeperHost) {
    this.#host = host
  }

  /** @param isFirst - Whether publishing is to wait for it: who listened before is to hear. */
  start(afterMs: number, isFirst: boolean): void {
    if (this.working) return
    this.working = true
    this.#run += 1
    if (isFirst) this.#host.of.opening(new Promise<void>((resolve) => this.#opened.push(resolve)))
    void this.#tryAll(this.#run, afterMs)
  }

  /** Whatever is under way is of no use any more. */
  cut(): void {
    this.#run += 1
    this.working = false
  }

  close(): void {
    this.cut()
    this.#letPublish()
  }

  async #tryAll(run: number, afterMs: number): Promise<void> {
    for (let pauseMs = afterMs; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 || FIRST_PAUSE_MS)) {
      // One try after the other.
      // oxlint-disable no-await-in-loop
      if (pauseMs > 0) await this.#pause(pauseMs)
      const done = await this.#isDone(run)
      // oxlint-enable no-await-in-loop
      if (run !== this.#run) return
      this.#letPublish()
      this.working = !done
      if (done) return
    }
  }

  async #isDone(run: number): Promise<boolean> {
    const { of, seat, link, settings, wanted } = this.#host
    if (!wanted) return true
    try {
      await link.whenUp()
      const found = await consumerFor(of, seat, settings, (stream) => this.#host.floor(stream))
      if (run === this.#run) this.#host.ready(found)
      return true
    } catch (error) {
      return run !== this.#run || this.#failed(error)
    }
  }

  #failed(error: unknown): boolean {
    const { of, link } = this.#host
    of.forget()
    const judged = of.judged('it cannot be consumed', error)
    if (judged instanceof Refusal) this.#host.refused(judged)
    else link.trouble(this.#host, this.#host.wanted)
    return judged instanceof Refusal
  }

  #letPublish(): void {
    for (const opened of this.#opened.splice(0)) opened()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#host.settings.scheduler.schedule(() => resolve(), ms))
  }
}
