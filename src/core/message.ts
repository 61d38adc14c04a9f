/** What travels: a payload and where it goes. Read-only, plain, and the same in memory as on a broker. */
export interface Message<P = unknown> {
  /** Unique among messages; two deliveries of one message have the same. */
  readonly id: string
  readonly topic: string
  readonly payload: P
  readonly headers: Readonly<Record<string, string>>
  /** Messages of one key are handled one at a time, in order. */
  readonly key?: string | undefined
  /** The topic on which an answer is awaited. */
  readonly replyTo?: string | undefined
  /** Tells which request an answer belongs to. */
  readonly correlationId?: string | undefined
  /** Who sent it: an address. */
  readonly from?: string | undefined
  /** When it was sent, in ms since the epoch. */
  readonly sentAtMs: number
  /** The sender's patience: from this moment on it is not started any more and ends as `expired`. */
  readonly expiresAtMs?: number | undefined
}

/** All of a message but its payload; every part may be left out. */
export type Envelope = { readonly [Field in keyof Omit<Message, 'payload'>]?: Message[Field] | undefined }
