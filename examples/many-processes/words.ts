import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/** What a worker process is told at its start, as the one argument of its program. */
export const Orders = t.strict({
  number: t.number,
  /** Where Redis is, and what every key begins with. */
  redis: t.string,
  prefix: t.string,
  /** A raw path: see RawPath. */
  root: t.string,
  maxSize: t.number,
  /** Most workers of each of its groups. */
  workers: t.number,
  /** With so many files begun it asks whether it may go on. */
  asksAt: t.number,
})

export type Orders = t.TypeOf<typeof Orders>

const Reading = t.strict({
  address: t.string,
  live: t.number,
  busy: t.number,
  max: t.number,
  waiting: t.number,
  processed: t.number,
  failed: t.number,
  escalations: t.number,
  restarts: t.number,
  serviceMs: t.strict({ p50: t.number, p99: t.number }),
})

/**
 * What a worker process tells who started it. Only for the picture: the work itself goes over Redis, so that processes on
 * other machines, which can tell nothing, do it just the same.
 */
export const Word = t.union([
  t.strict({ type: t.literal('ready') }),
  t.strict({ type: t.literal('begins'), path: t.string }),
  t.strict({ type: t.literal('ends'), path: t.string }),
  /** It has begun as many as it was told, and holds the last of them until it hears `goOn`. */
  t.strict({ type: t.literal('asks') }),
  /** A message came that somebody had before. */
  t.strict({ type: t.literal('again'), path: t.string }),
  t.strict({ type: t.literal('stats'), reading: Reading }),
])

export type Word = t.TypeOf<typeof Word>

/** What a worker process is told later. */
export const Call = t.keyof({ goOn: null, leave: null })

export type Call = t.TypeOf<typeof Call>

/** What came, as what it should be; anything else is a mistake in this program. */
export const heard = <A>(codec: t.Type<A, unknown>, what: unknown): A => {
  const decoded = codec.decode(what)
  if (E.isLeft(decoded)) throw new Error(`not ${codec.name}: ${JSON.stringify(what)}`)
  return decoded.right
}
