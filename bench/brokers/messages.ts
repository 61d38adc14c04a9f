import { createMessage, type Message } from 'rxcrew'
import type { Payload } from './broker.js'

/** Encoded, a message is 1 KB. */
const TEXT = 'x'.repeat(900)

export const messageOf = (topic: string, n: number): Message<Payload> => createMessage({ n, text: TEXT }, { id: `${topic}-${n}`, topic, sentAtMs: 1_700_000_000_000 })

export const messagesOf = (topic: string, count: number): readonly Message<Payload>[] => Array.from({ length: count }, (_, n) => messageOf(topic, n))

export const sumOf = (messages: readonly Message<Payload>[]): number => messages.reduce((sum, { payload: { n } }) => sum + n, 0)

export const piecesOf = <A>(all: readonly A[], size: number): readonly (readonly A[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, at * size + size))

const isPayload = (value: unknown): value is Payload => typeof value === 'object' && value !== null && 'n' in value

/** Of what came, decoded. */
export const payloadOf = (value: unknown): Payload => {
  if (!isPayload(value)) throw new Error('no payload came')
  return value
}

/** Of the JSON of a message, as one would read it by hand. */
export const payloadIn = (text: string): Payload => {
  const { payload }: { readonly payload: unknown } = JSON.parse(text)
  return payloadOf(payload)
}

/** What is done with each message: the same for all, and of no weight. */
export const work = async ({ n }: Payload): Promise<number> => n

/** Adds up what was handled; `all` resolves to the sum when so many were. */
export interface Tally {
  readonly all: Promise<number>
  readonly tell: (value: number) => void
}

export const tallyOf = (count: number): Tally => {
  let [left, sum] = [count, 0]
  let finish: (sum: number) => void = () => undefined
  const all = new Promise<number>((resolve) => {
    finish = resolve
  })
  return {
    all,
    tell: (value) => {
      sum += value
      left -= 1
      if (left === 0) finish(sum)
    },
  }
}
