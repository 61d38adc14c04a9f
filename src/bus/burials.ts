import type { Either } from 'fp-ts/lib/Either.js'
import type { SchedulerLike } from 'rxjs'
import { isRight } from '../core/either.js'
import type { Message } from '../core/message.js'
import type { Undecodable } from './bus.js'
import { deadId, deadLetterMessage } from './dead-letter.js'

/** Whoever is to be buried, and how often it was tried. */
export interface Fallen {
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  readonly firstAtMs: number
}

/** Makes dead letters, and knows which are on their way. */
export class Burials {
  readonly #scheduler: SchedulerLike
  readonly #publish: (dead: Message) => Promise<void>
  readonly #open = new Set<Promise<void>>()
  #count = 0

  constructor(scheduler: SchedulerLike, publish: (dead: Message) => Promise<void>) {
    this.#scheduler = scheduler
    this.#publish = publish
  }

  /** Resolves once the dead letter is confirmed. */
  bury(topic: string, { message, attempt, firstAtMs }: Fallen, reason: string, cause?: unknown): Promise<void> {
    const dead = isRight(message) ? message.right : message.left
    const lastAtMs = this.#scheduler.now()
    // One message may die more than once, in more than one process.
    const id = deadId(dead, `${lastAtMs}.${(this.#count += 1)}`)
    const buried = this.#publish(deadLetterMessage({ id, topic, message: dead, reason, cause, attempts: attempt, firstAtMs: Math.min(firstAtMs, lastAtMs), lastAtMs }))
    this.#open.add(buried)
    return buried.finally(() => this.#open.delete(buried))
  }

  /** Resolves once none is on its way. */
  async done(): Promise<void> {
    await Promise.allSettled(this.#open)
  }
}
