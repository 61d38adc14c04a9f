const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What the server is told of a delivery, encoded once: https://docs.nats.io/nats-concepts/jetstream/consumers#acknowledgepolicy */
export const ACK = bytes('+ACK')
export const NAK = bytes('-NAK')
export const TERM = bytes('+TERM')
export const PROGRESS = bytes('+WPI')

const NS = 1e6

/** It is to come again after so many ms. */
export const nakAfter = (afterMs: number): Uint8Array => (afterMs > 0 ? bytes(`-NAK {"delay":${Math.ceil(afterMs * NS)}}`) : NAK)
