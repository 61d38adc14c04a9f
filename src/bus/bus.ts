import type { Either } from 'fp-ts/lib/Either.js'
import type { Observable } from 'rxjs'
import type { Message } from '../core/message.js'

/** What came from a broker and is no message: why, and as much of it as is fit to show. */
export interface Undecodable {
  /** One sentence: what is wrong, where, and what would be right. */
  readonly reason: string
  /** What came, as text, cut to 1,024 characters. */
  readonly raw: string
}

/** The end of a delivery, as the broker is told it. */
export type Settlement =
  | { readonly type: 'ack' }
  | { readonly type: 'retry'; readonly afterMs: number; readonly cause?: unknown }
  | { readonly type: 'reject'; readonly reason: string; readonly cause?: unknown }

/** Whoever wants to hear that a lease was lost. */
export interface LossListener {
  onLost(reason: unknown): void
}

/** One message, lent to one consumer until it is settled or its lease ends. */
export interface Delivery {
  readonly message: Either<Undecodable, Message>
  /** Which delivery of the message this is, counted from 1 before the handler runs, so that a crash counts. */
  readonly attempt: number
  /** Settles it; the first call wins. Resolves once the broker knows: true if this call settled it, false if it came too late. */
  settle(settlement: Settlement): Promise<boolean>
  /** Renews the lease; false if it was lost already. */
  extend(): Promise<boolean>
  /** Aborted when the lease is lost: another consumer may have the message. */
  readonly lost: AbortSignal
  /** Tells of the same loss by a call, at once if it has happened: where a bus offers it, nobody needs a signal for each message. */
  tellLoss?(listener: LossListener): void
}

export interface DeliveryOptions {
  readonly topic: string
  /** With a group, each message goes to one member of it; without, to every listener. */
  readonly group?: string | undefined
  /** How many deliveries may be unsettled at once: whole numbers, 0 pauses. Nothing comes before its first value. */
  readonly limit$: Observable<number>
}

export type BusStatus = 'connecting' | 'live' | 'degraded' | 'lost'

/** What a bus can and cannot promise: read by the contract suite and by the documentation. */
export interface BusFeatures {
  readonly name: string
  /** The largest encoded message it takes, in bytes. */
  readonly maxMessageBytes: number
  /** Messages of one key reach a single consumer in the order they were published. */
  readonly keyOrder: boolean
  /** A listener without a group gets every message. */
  readonly fanOut: boolean
  /** Retries are paced by the bus itself. */
  readonly delayedRetry: boolean
  /** Unsettled deliveries come again when the lease of their consumer ends, without it having closed. */
  readonly leases: boolean
  /** Messages published before a group first listens reach it. */
  readonly retainsForNewGroups: boolean
  /** Deliveries of a message before it is dead-lettered by the bus. */
  readonly maxAttempts: number
}

/** What a user may bound, of the features of a bus. */
export interface BusBounds {
  readonly maxMessageBytes?: number | undefined
  readonly maxAttempts?: number | undefined
}

export type DeadLetterFilter = (dead: DeadLetter) => boolean

/** A message that could not be handled, with everything known about why. The payload of a message on `<topic>.dead`. */
export interface DeadLetter {
  /** The message, or what came in its place. */
  readonly message: Message | Undecodable
  readonly reason: string
  /** From the outermost error inwards, one line each. */
  readonly causes: readonly string[]
  readonly attempts: number
  readonly firstAtMs: number
  readonly lastAtMs: number
}

/** Where messages come from and go to. At least once: what is not settled comes again. */
export interface MessageBus {
  /** Resolves when the broker has confirmed all of them; rejects otherwise, never silently. */
  publish(messages: readonly Message[]): Promise<void>
  /**
   * Deliveries as they come, never more unsettled than the latest limit. Completes when the bus closes; errors when the
   * broker refuses; unsubscribing closes it, and what is unsettled comes again.
   */
  deliveries(options: DeliveryOptions): Observable<Delivery>
  /** Sends dead letters of a topic back to it; resolves to how many. */
  replay(topic: string, filter?: DeadLetterFilter): Promise<number>
  /** The state of the connection; replays the latest. */
  readonly status$: Observable<BusStatus>
  readonly features: BusFeatures
  /** Ends every delivery stream; what is unsettled comes again to others. Twice is once. */
  close(): Promise<void>
}

/** The topic on which the dead letters of a topic are found. */
export const deadTopic = (topic: string): string => `${topic}.dead`
