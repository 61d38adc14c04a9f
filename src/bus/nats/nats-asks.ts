import type { Msg, Subscription } from '@nats-io/transport-node'
import { Alarm } from '../memory-alarm.js'
import type { NatsLink } from './nats-link.js'
import type { NatsSettings } from './nats-options.js'

/**
 * What became of something that was sent with the wish for an answer: `nobody` takes that subject, the connection was
 * `cut` before the answer came, or the server stayed `silent`. After the last two it may or may not have arrived.
 */
export type Answer = { readonly type: 'answer'; readonly message: Msg } | { readonly type: 'nobody' | 'cut' | 'silent' }

interface Asked {
  readonly atMs: number
  readonly done: (answer: Answer) => void
}

const NOBODY = { type: 'nobody' } as const
const CUT = { type: 'cut' } as const
const SILENT = { type: 'silent' } as const

/**
 * Sends, and tells each answer: one subscription and one timer for all of them. The client's own `request` makes a timer
 * and two stack traces for each, which costs several times as much as all the rest.
 */
export class NatsAsks {
  readonly #link: NatsLink
  readonly #settings: NatsSettings
  readonly #inbox: string
  readonly #subscription: Subscription
  /** In the order in which they were asked. */
  readonly #open = new Map<string, Asked>()
  readonly #alarm: Alarm
  readonly #waiters: (() => void)[] = []
  #next = 0

  constructor(link: NatsLink, settings: NatsSettings) {
    this.#link = link
    this.#settings = settings
    this.#inbox = `${link.inbox()}.`
    this.#alarm = new Alarm(settings.scheduler, () => this.#sweep())
    this.#subscription = link.connection.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message)
      },
    })
    link.listen({ down: () => this.#cut(), up: () => undefined, gone: () => this.#cut() })
  }

  /** Resolves once no answer is awaited. */
  idle(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** Sends it now; `done` is called later, once. */
  ask(subject: string, data: string | Uint8Array, done: (answer: Answer) => void): void {
    const token = (this.#next++).toString(36)
    if (this.#open.size === 0) this.#wake()
    this.#open.set(token, { atMs: this.#settings.monotonicMs(), done })
    this.#link.connection.publish(subject, data, { reply: this.#inbox + token })
  }

  close(): void {
    this.#cut()
    this.#subscription.unsubscribe()
  }

  #answered(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length)
    const asked = this.#open.get(token)
    if (asked === undefined) return
    this.#open.delete(token)
    asked.done(message.data.length === 0 && message.headers?.code === 503 ? NOBODY : { type: 'answer', message })
    this.#rest()
  }

  #cut(): void {
    const asked = [...this.#open.values()]
    this.#open.clear()
    this.#alarm.set(undefined)
    for (const { done } of asked) done(CUT)
    this.#rest()
  }

  #rest(): void {
    if (this.#open.size === 0 && this.#waiters.length > 0) for (const resolve of this.#waiters.splice(0)) resolve()
  }

  #wake(): void {
    const { scheduler, timeoutMs } = this.#settings
    this.#alarm.set(scheduler.now() + timeoutMs)
  }

  #sweep(): void {
    const beforeMs = this.#settings.monotonicMs() - this.#settings.timeoutMs
    const silent: Asked[] = []
    for (const [token, asked] of this.#open) {
      if (asked.atMs > beforeMs) break
      this.#open.delete(token)
      silent.push(asked)
    }
    if (silent.length > 0) this.#link.suspect()
    for (const { done } of silent) done(SILENT)
    if (this.#open.size > 0) this.#wake()
    this.#rest()
  }
}
