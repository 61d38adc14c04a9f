/** What the subject of an acknowledgement tells of a delivery. */
export interface Lot {
  /** Where settlements go. */
  readonly subject: string
  /** Which delivery of the message this is, counted from 1. */
  readonly attempt: number
  /** The number of the message in its stream. */
  readonly sequence: number
  /** When the stream took the message, in ms since the epoch, by the broker's clock. */
  readonly storedAtMs: number
}

/**
 * Reads it from the end, where old and new forms agree but for a random token that only the long form has; none if it
 * is the subject of no delivery.
 *
 * `$JS.ACK.<stream>.<consumer>.<attempt>.<sequence>.<consumer sequence>.<time>.<pending>`, or with domain and account
 * before the stream and one more token at the end:
 * https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md
 */
export const lotOf = (subject: string): Lot | undefined => {
  if (!subject.startsWith('$JS.ACK.')) return undefined
  const tokens = subject.split('.')
  const at = tokens.length === 9 ? 4 : 6
  const [attempt, sequence, storedNs] = [Number(tokens[at]), Number(tokens[at + 1]), Number(tokens[at + 3])]
  return attempt > 0 && sequence > 0 && storedNs > 0 ? { subject, attempt, sequence, storedAtMs: Math.floor(storedNs / 1e6) } : undefined
}
