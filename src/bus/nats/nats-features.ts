import { busFeatures } from '../bus-features.js'

// What NATS itself has as its default, for a connection that is down at the moment.
const USUAL_BYTES = 1_048_576

/** A dead letter is a message that holds another: what it adds must fit as well. */
const DEAD_LETTER_BYTES = 16_384

/** The largest message of a server that takes so many bytes at once. */
export const mostBytes = (maxPayload: number = USUAL_BYTES): number => maxPayload - Math.min(DEAD_LETTER_BYTES, Math.floor(maxPayload / 2))

/** What a bus on NATS JetStream promises, with its defaults. */
export const natsFeatures = busFeatures({ name: 'nats', keyOrder: false, maxMessageBytes: mostBytes() })
