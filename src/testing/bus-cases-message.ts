import { isLeft } from 'fp-ts/lib/Either.js'
import { createMessage } from '../core/create-message.js'
import type { BusPromise } from './bus-contract.js'
import { type BusTrial, expectSame, expectThat } from './bus-environment.js'
import { listen, messageOf, received } from './bus-listener.js'

const refused = async (publish: () => Promise<void>): Promise<string> => {
  try {
    await publish()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('publishing should have been refused')
}

const whole = createMessage({ list: [1, { deep: null }], text: 'é\u0000"', flag: true, amount: -1.5 }, {
  id: 'all-fields', topic: 'message-whole', headers: { one: '1', two: '' }, key: 'k', replyTo: 'answers', correlationId: 'c', from: 'a/b', sentAtMs: 17, expiresAtMs: 18,
})

const only = async (trial: BusTrial, topic: string): Promise<ReturnType<typeof listen>> => {
  const listener = listen(trial.bus, { topic, group: 'g' })
  await trial.eventually('the message comes', () => listener.got.length > 0)
  return listener
}

/** What a message looks like when it arrives, and what is refused. */
export const messageCases: readonly BusPromise[] = [
  {
    name: 'a message arrives as it was published, with every field, even after it has expired',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: whole.topic, group: 'g' })
      await trial.bus.publish([whole])
      await trial.eventually('the message comes', () => listener.got.length > 0)
      expectSame(received(listener.at(0)), whole, 'the message')
      expectSame(listener.at(0).attempt, 1, 'the attempt')
    },
  },
  {
    name: 'publishing nothing resolves',
    try: ({ bus }) => bus.publish([]),
  },
  {
    name: 'a payload that JSON cannot carry is refused by its path',
    try: async ({ bus }) => {
      for (const [payload, path] of [[undefined, 'payload'], [{ a: [() => 1] }, 'payload.a[0]'], [{ n: 1n }, 'payload.n'], [{ n: Number.NaN }, 'payload.n']] as const) {
        // oxlint-disable-next-line no-await-in-loop
        const text = await refused(() => bus.publish([createMessage<unknown>(payload, { id: 'x', topic: 'message-json', sentAtMs: 1 })]))
        expectThat(text.includes(path), `the error should name ${path}, but says: ${text}`)
      }
    },
  },
  {
    name: 'a payload that contains itself is refused',
    try: async ({ bus }) => {
      const payload: { self?: unknown } = {}
      payload.self = payload
      expectThat((await refused(() => bus.publish([messageOf('message-cycle', payload)]))).includes('payload.self'), 'the error should name payload.self')
    },
  },
  {
    name: 'a message larger than the bus takes is refused, and one that just fits is taken',
    try: async (trial, { maxMessageBytes }) => {
      const empty = JSON.stringify(messageOf('message-size', '', { id: 'size' })).length
      const text = await refused(() => trial.bus.publish([messageOf('message-size', 'x'.repeat(maxMessageBytes - empty + 1), { id: 'size' })]))
      expectThat(text.includes(String(maxMessageBytes)), `the error should name the bound, but says: ${text}`)
      await trial.bus.publish([messageOf('message-size-fits', 'x'.repeat(maxMessageBytes - empty - 5), { id: 'size' })])
    },
  },
  {
    name: 'an envelope without an id or a topic is refused, each by its name',
    try: async ({ bus }) => {
      const text = await refused(() => bus.publish([messageOf('', 1, { id: '' })]))
      expectThat(text.includes('id') && text.includes('topic'), `the error should name id and topic, but says: ${text}`)
    },
  },
  {
    name: 'what one listener or the publisher does to a message is not seen by another',
    try: async (trial) => {
      const payload = { list: [1] }
      const listeners = ['a', 'b'].map((group) => listen(trial.bus, { topic: 'message-own', group }))
      await trial.bus.publish([messageOf('message-own', payload, { id: 'own' })])
      payload.list.push(2)
      await trial.eventually('both have it', () => listeners.every(({ got }) => got.length === 1))
      const [first, second] = listeners
      Object.assign(Object(received(first?.at(0) ?? missing()).payload), { list: 'changed' })
      expectSame(second?.payloads(), [{ list: [1] }], 'what the second sees')
      await first?.settle(0, { type: 'retry', afterMs: 0 })
      await trial.eventually('it comes again', () => first?.got.length === 2)
      expectSame(first?.payloads()[1], { list: [1] }, 'what comes again')
    },
  },
  {
    name: 'bytes that are no message are delivered as such, with the reason, and do not stop what follows',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'message-raw', group: 'g' })
      await trial.publishRaw('message-raw', '{"id":5')
      await trial.publishRaw('message-raw', JSON.stringify({ ...whole, headers: { a: 5 }, id: '' }))
      await trial.bus.publish([messageOf('message-raw', 'good')])
      await trial.eventually('all three come', () => listener.got.length === 3)
      const reasons = listener.got.flatMap(({ message }) => (isLeft(message) ? [message.left] : []))
      expectSame(reasons.length, 2, 'the number of undecodables')
      expectThat(reasons[0]?.raw === '{"id":5', 'what came should be shown')
      expectThat(reasons.some(({ reason }) => reason.includes('id') && reason.includes('headers.a')), 'all wrong fields should be named')
    },
  },
  {
    name: 'foreign JSON cannot reach a prototype',
    try: async (trial) => {
      const fields = JSON.stringify({ ...whole, topic: 'message-proto', payload: 0 })
      await trial.publishRaw('message-proto', fields.replace('"payload":0', '"payload":{"__proto__":{"bad":1},"constructor":{"prototype":{"bad":1}},"good":2}'))
      const listener = await only(trial, 'message-proto')
      expectSame(listener.payloads(), [{ good: 2 }], 'the payload')
      expectThat(!('bad' in {}), 'Object.prototype should be as it was')
    },
  },
]

const missing = (): never => {
  throw new Error('a delivery should have come')
}
