import type { BusPromise } from './bus-contract.js'
import { expectSame, expectThat } from './bus-environment.js'
import { listen, messageOf, numbered, quiet, received } from './bus-listener.js'

const ack = { type: 'ack' } as const
const ordered = (values: readonly unknown[]): readonly unknown[] => values.toSorted((a, b) => Number(a) - Number(b))
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** Who gets a message: members of a group, groups, listeners without one. */
export const groupCases: readonly BusPromise[] = [
  {
    name: 'each message goes to one member of a group, and every member gets some',
    try: async (trial) => {
      const members = upTo(3).map(() => listen(trial.bus, { topic: 'group-share', group: 'g', limit: 1, each: (delivery) => void delivery.settle(ack) }))
      await trial.bus.publish(numbered('group-share', 60))
      await trial.eventually('all are delivered', () => members.flatMap(({ got }) => got).length >= 60)
      await quiet(trial, 'group-share')
      expectSame(ordered(members.flatMap((member) => member.payloads())), upTo(60), 'what the members got')
      expectThat(members.every(({ got }) => got.length > 0), 'every member should get some')
    },
  },
  {
    name: 'a member that is busy does not keep messages from one that is free',
    try: async (trial) => {
      const [busy, free] = [listen(trial.bus, { topic: 'group-free', group: 'g', limit: 1 }), listen(trial.bus, { topic: 'group-free', group: 'g', limit: 0 })]
      await trial.bus.publish(numbered('group-free', 5))
      await trial.eventually('the busy one has one', () => busy.got.length === 1)
      free.limit$.next(4)
      await trial.eventually('the free one has the others', () => free.got.length === 4)
      expectSame(busy.got.length, 1, 'the deliveries of the busy one')
    },
  },
  {
    name: 'every group gets every message',
    try: async (trial) => {
      const groups = ['a', 'b'].map((group) => listen(trial.bus, { topic: 'group-each', group }))
      await trial.bus.publish(numbered('group-each', 10))
      await trial.eventually('both have all', () => groups.every(({ got }) => got.length === 10))
      for (const group of groups) expectSame(ordered(group.payloads()), upTo(10), 'what the group got')
    },
  },
  {
    name: 'topics are apart',
    try: async (trial) => {
      const [one, other] = [listen(trial.bus, { topic: 'group-one', group: 'g' }), listen(trial.bus, { topic: 'group-other', group: 'g' })]
      await trial.bus.publish([messageOf('group-one', 1), messageOf('group-other', 2)])
      await trial.eventually('both have theirs', () => one.got.length > 0 && other.got.length > 0)
      expectSame([one.payloads(), other.payloads()], [[1], [2]], 'what they got')
    },
  },
  {
    name: 'without a group, every listener gets every message published while it listens',
    applies: ({ fanOut }) => fanOut,
    try: async (trial) => {
      const listeners = upTo(3).map(() => listen(trial.bus, { topic: 'group-fan', limit: 2, each: (delivery) => void delivery.settle(ack) }))
      await trial.bus.publish(numbered('group-fan', 10))
      await trial.eventually('all have all', () => listeners.every(({ got }) => got.length === 10))
      const late = listen(trial.bus, { topic: 'group-fan' })
      await trial.bus.publish([messageOf('group-fan', 10)])
      await trial.eventually('the late one has the last', () => late.got.length > 0)
      expectSame(late.payloads(), [10], 'what the late one got')
      await trial.eventually('the others have it too', () => listeners.every(({ got }) => got.length === 11))
    },
  },
  {
    name: 'listeners without a group take nothing from a group',
    applies: ({ fanOut }) => fanOut,
    try: async (trial) => {
      const [alone, member] = [listen(trial.bus, { topic: 'group-beside' }), listen(trial.bus, { topic: 'group-beside', group: 'g' })]
      await trial.bus.publish(numbered('group-beside', 5))
      await trial.eventually('both have all', () => alone.got.length === 5 && member.got.length === 5)
    },
  },
  {
    name: 'messages published before any group listens reach the first that does',
    applies: ({ retainsForNewGroups }) => retainsForNewGroups,
    try: async (trial) => {
      await trial.bus.publish(numbered('group-first', 5))
      const first = listen(trial.bus, { topic: 'group-first', group: 'g' })
      await trial.eventually('it has them', () => first.got.length === 5)
      expectSame(first.payloads(), upTo(5), 'what it got')
    },
  },
  {
    name: 'when the last member has left, messages wait for the next',
    try: async (trial) => {
      const before = listen(trial.bus, { topic: 'group-next', group: 'g' })
      await trial.bus.publish([messageOf('group-next', 0)])
      await trial.eventually('the first has it', () => before.got.length === 1)
      await before.ackAll()
      before.leave()
      await trial.bus.publish(numbered('group-next', 3).slice(1))
      const after = listen(trial.bus, { topic: 'group-next', group: 'g' })
      await trial.eventually('the next has the others', () => after.got.length === 2)
      expectSame(ordered(after.payloads()), [1, 2], 'what the next got')
    },
  },
  {
    name: 'messages of one key come one at a time and in order, whoever is free, and other keys do not wait for them',
    applies: ({ keyOrder }) => keyOrder,
    try: async (trial) => {
      const members = upTo(2).map(() => listen(trial.bus, { topic: 'group-key', group: 'g', limit: 10 }))
      const all = () => members.flatMap(({ got }) => got)
      const ofKey = (key: string) => all().filter((delivery) => received(delivery).key === key).toSorted((a, b) => Number(received(a).payload) - Number(received(b).payload))
      await trial.bus.publish(numbered('group-key', 4, { key: 'a' }).map((message) => ({ ...message, id: `a${message.id}` })))
      await trial.bus.publish([messageOf('group-key', 9, { key: 'b' })])
      await trial.eventually('the first of both keys come', () => ofKey('a').length === 1 && ofKey('b').length === 1)
      for (const number of upTo(4)) {
        // oxlint-disable-next-line no-await-in-loop
        await trial.eventually(`number ${number} comes`, () => ofKey('a').length > number)
        expectSame(ofKey('a').map(({ message }) => message._tag === 'Right' && message.right.payload), upTo(number + 1), 'what came of the key')
        // oxlint-disable-next-line no-await-in-loop
        await ofKey('a').at(-1)?.settle(ack)
      }
    },
  },
  {
    name: 'a message that waits for a retry holds its key',
    applies: ({ keyOrder }) => keyOrder,
    try: async (trial) => {
      const member = listen(trial.bus, { topic: 'group-hold', group: 'g' })
      await trial.bus.publish([...numbered('group-hold', 2, { key: 'a' }), messageOf('group-hold', 2)])
      await trial.eventually('what may come has come', () => member.got.length === 2)
      await member.settle(member.payloads().indexOf(0), { type: 'retry', afterMs: 20 })
      await trial.eventually('it comes again', () => member.got.length === 3)
      expectSame(member.payloads()[2], 0, 'what comes first')
      await member.ackAll()
      await trial.eventually('the next of the key comes', () => member.got.length === 4)
      expectSame(member.payloads()[3], 1, 'what comes next')
    },
  },
]
