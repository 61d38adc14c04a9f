import type { NatsDone } from './nats-done.js'
import type { NatsLink } from './nats-link.js'
import type { Lot } from './nats-lot.js'
import type { NatsSettings } from './nats-options.js'
import type { NatsSettler } from './nats-settler.js'

/** What a member needs of its group. */
export interface MemberHost {
  readonly topic: string
  readonly link: NatsLink
  readonly settings: NatsSettings
  readonly nextSubject: string
  readonly settler: NatsSettler
  readonly done: NatsDone
  /** Publishes a dead letter; rejects if that is not confirmed. */
  bury(letter: { readonly topic: string; readonly text: string }): Promise<void>
  burying(work: Promise<unknown>): void
  /** The broker has given it out again: nobody else has it any more. */
  again(lot: Lot): void
  /** Resolves when it is gone from where it was, if that matters. */
  acked(lot: Lot): Promise<boolean> | undefined
  /** It was handled, but the broker does not know. */
  unheard(lot: Lot): undefined
  /** It is a dead letter. */
  ended(lot: Lot): undefined
  late(): void
  trouble(): void
  refused(error: Error): void
}
