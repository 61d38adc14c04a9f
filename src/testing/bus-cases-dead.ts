import { isRight } from 'fp-ts/lib/Either.js'
import { deadTopic, type Delivery } from '../bus/bus.js'
import type { BusPromise } from './bus-contract.js'
import { type BusTrial, expectSame, expectThat } from './bus-environment.js'
import { listen, messageOf, numbered, payloadOf, quiet } from './bus-listener.js'

const record = (value: unknown): Readonly<Record<string, unknown>> => ({ ...Object(value) })
const letter = (delivery: Delivery): Readonly<Record<string, unknown>> => record(payloadOf(delivery))

const rejectAll = async (trial: BusTrial, topic: string, count: number): Promise<void> => {
  const listener = listen(trial.bus, { topic, group: 'g', each: (delivery) => void delivery.settle({ type: 'reject', reason: 'unwanted' }) })
  await trial.bus.publish(numbered(topic, count, { headers: { h: '1' } }))
  await trial.eventually('all are rejected', () => listener.got.length === count)
  listener.leave()
}

/** What becomes of messages that cannot be handled. */
export const deadCases: readonly BusPromise[] = [
  {
    name: 'a rejected message becomes a dead letter with its reason and causes, and does not come again',
    try: async (trial) => {
      const topic = 'dead-reject'
      const [listener, dead] = [listen(trial.bus, { topic, group: 'g' }), listen(trial.bus, { topic: deadTopic(topic), group: 'g' })]
      const message = messageOf(topic, { n: 1 }, { id: 'it', headers: { h: 'x' }, key: 'k' })
      await trial.bus.publish([message])
      await trial.eventually('it comes', () => listener.got.length === 1)
      const cause = new TypeError('outer', { cause: new Error('inner', { cause: 'root' }) })
      expectThat(await listener.settle(0, { type: 'reject', reason: 'no use', cause }), 'the rejection should be taken')
      await trial.eventually('the dead letter comes', () => dead.got.length === 1)
      const { message: original, reason, causes, attempts, firstAtMs, lastAtMs } = letter(dead.at(0))
      expectSame(original, message, 'the message in the dead letter')
      expectSame([reason, attempts, causes], ['no use', 1, ['TypeError: outer', 'Error: inner', '"root"']], 'the dead letter')
      expectThat(Number(firstAtMs) <= Number(lastAtMs), 'the first time should not be after the last')
      await quiet(trial, topic)
      expectSame([listener.got.length, dead.got.length], [1, 1], 'deliveries')
    },
  },
  {
    name: 'a message that is retried as often as the bus delivers one becomes a dead letter, and others are handled meanwhile',
    applies: ({ maxAttempts }) => maxAttempts <= 100,
    try: async (trial, { maxAttempts }) => {
      const topic = 'dead-attempts'
      const settleOne = (delivery: Delivery): void =>
        void delivery.settle(payloadOf(delivery) === 0 ? { type: 'retry', afterMs: 1, cause: new Error(`attempt ${delivery.attempt}`) } : { type: 'ack' })
      const listener = listen(trial.bus, { topic, group: 'g', limit: 2, each: settleOne })
      const dead = listen(trial.bus, { topic: deadTopic(topic), group: 'g' })
      await trial.bus.publish(numbered(topic, 10))
      await trial.eventually('the dead letter comes', () => dead.got.length === 1)
      const { attempts, causes, message } = letter(dead.at(0))
      expectSame([attempts, causes, record(message)['payload']], [maxAttempts, [`Error: attempt ${maxAttempts}`], 0], 'the dead letter')
      await trial.eventually('the others are handled', () => listener.payloads().filter((payload) => payload !== 0).length === 9)
      expectSame(listener.payloads().filter((payload) => payload === 0).length, maxAttempts, 'deliveries of the one that fails')
    },
  },
  {
    name: 'a message whose lease ends each time becomes a dead letter as well',
    applies: ({ leases, maxAttempts }) => leases && maxAttempts <= 100,
    try: async (trial, { maxAttempts }) => {
      const topic = 'dead-leases'
      const [listener, dead] = [listen(trial.bus, { topic, group: 'g' }), listen(trial.bus, { topic: deadTopic(topic), group: 'g' })]
      await trial.bus.publish([messageOf(topic, 1)])
      await trial.eventually('the dead letter comes', () => dead.got.length === 1)
      expectSame([listener.got.length, letter(dead.at(0))['attempts']], [maxAttempts, maxAttempts], 'deliveries and attempts')
    },
  },
  {
    name: 'what did not decode becomes a dead letter with what came',
    try: async (trial) => {
      const topic = 'dead-raw'
      const refuse = (delivery: Delivery): void => void (isRight(delivery.message) || delivery.settle({ type: 'reject', reason: delivery.message.left.reason }))
      const listener = listen(trial.bus, { topic, group: 'g', each: refuse })
      const dead = listen(trial.bus, { topic: deadTopic(topic), group: 'g' })
      await trial.publishRaw(topic, 'not JSON')
      await trial.eventually('the dead letter comes', () => listener.got.length === 1 && dead.got.length === 1)
      expectSame(record(letter(dead.at(0))['message'])['raw'], 'not JSON', 'what came')
      expectSame(await trial.bus.replay(topic), 0, 'the number of messages there are to send back')
    },
  },
  {
    name: 'dead letters are kept while nobody listens for them',
    try: async (trial) => {
      await rejectAll(trial, 'dead-kept', 3)
      const dead = listen(trial.bus, { topic: deadTopic('dead-kept'), group: 'late' })
      await trial.eventually('they come', () => dead.got.length === 3)
      expectSame(dead.got.map((delivery) => record(letter(delivery)['message'])['payload']), [0, 1, 2], 'their messages')
    },
  },
  {
    name: 'replay sends dead letters back as they were, oldest first, to be tried afresh',
    try: async (trial) => {
      await rejectAll(trial, 'dead-replay', 3)
      const again = listen(trial.bus, { topic: 'dead-replay', group: 'g' })
      expectSame(await trial.bus.replay('dead-replay'), 3, 'the number sent back')
      await trial.eventually('they come', () => again.got.length === 3)
      expectSame(again.got.map(({ message, attempt }) => [isRight(message) && message.right, attempt]), numbered('dead-replay', 3, { headers: { h: '1' } }).map((message) => [message, 1]), 'what comes')
      expectSame(await trial.bus.replay('dead-replay'), 0, 'the number sent back the second time')
    },
  },
  {
    name: 'dead letters that the filter does not pass stay',
    try: async (trial) => {
      await rejectAll(trial, 'dead-filter', 3)
      const again = listen(trial.bus, { topic: 'dead-filter', group: 'g' })
      expectSame(await trial.bus.replay('dead-filter', ({ message }) => 'payload' in message && message.payload === 1), 1, 'the number sent back')
      await trial.eventually('it comes', () => again.got.length === 1)
      expectSame(await trial.bus.replay('dead-filter'), 2, 'the number that had stayed')
      await trial.eventually('they come', () => again.got.length === 3)
      expectSame(again.payloads(), [1, 0, 2], 'the order')
    },
  },
  {
    name: 'replaying a topic without dead letters sends nothing',
    try: async ({ bus }) => expectSame(await bus.replay('dead-none'), 0, 'the number sent back'),
  },
]
