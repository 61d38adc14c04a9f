import type { ConsumeMessage } from 'amqplib'

const ATTEMPTS = 'x-rxcrew-attempts'
const FIRST_AT = 'x-rxcrew-first-at'
const COUNT = 'x-delivery-count'

/** What is known of a message's deliveries before this one. */
export interface History {
  readonly attempts: number
  /** The first delivery, in ms since the epoch; none if this is the first that says so. */
  readonly firstAtMs: number | undefined
}

/** The headers of a copy that comes again later: copies start without the server's own count. */
export const historyHeaders = ({ attempts, firstAtMs }: History): Readonly<Record<string, number>> => ({
  [ATTEMPTS]: attempts,
  ...(firstAtMs === undefined ? {} : { [FIRST_AT]: firstAtMs }),
})

/** Deliveries so far: what the copy was given, and what the server counted since, returns and crashes included. */
export const historyOf = ({ properties: { headers }, fields: { redelivered } }: Pick<ConsumeMessage, 'properties' | 'fields'>): History => {
  // Only quorum queues count; elsewhere all that is known is that it came before.
  const counted = whole(headers?.[COUNT]) ?? (redelivered ? 1 : 0)
  return { attempts: (whole(headers?.[ATTEMPTS]) ?? 0) + counted, firstAtMs: whole(headers?.[FIRST_AT]) }
}

// Anybody may have written the headers.
const whole = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined)
