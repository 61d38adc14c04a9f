import type { BusPromise } from './bus-contract.js'
import { expectSame, expectThat } from './bus-environment.js'
import { listen, messageOf, numbered, quiet } from './bus-listener.js'

const ack = { type: 'ack' } as const
const hasLeases: BusPromise['applies'] = ({ leases }) => leases

/** How long a delivery may be held, who may settle it, and when it comes again. */
export const leaseCases: readonly BusPromise[] = [
  {
    name: 'the first settlement wins, and every other is told that it came too late',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'lease-first', group: 'g' })
      await trial.bus.publish([messageOf('lease-first', 1)])
      await trial.eventually('it comes', () => listener.got.length === 1)
      const delivery = listener.at(0)
      const won = await Promise.all([delivery.settle(ack), delivery.settle({ type: 'retry', afterMs: 0 }), delivery.settle({ type: 'reject', reason: 'late' })])
      expectSame(won, [true, false, false], 'who won')
      expectSame(await delivery.extend(), false, 'extending what is settled')
      await quiet(trial, 'lease-first')
      expectSame(listener.got.length, 1, 'the number of deliveries')
    },
  },
  {
    name: 'a retry comes again as the next attempt',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'lease-retry', group: 'g' })
      await trial.bus.publish([messageOf('lease-retry', 1)])
      await trial.eventually('it comes', () => listener.got.length === 1)
      expectThat(await listener.settle(0, { type: 'retry', afterMs: 0 }), 'the retry should be taken')
      await trial.eventually('it comes again', () => listener.got.length === 2)
      expectSame(listener.got.map(({ attempt }) => attempt), [1, 2], 'the attempts')
      expectSame(listener.payloads(), [1, 1], 'the payloads')
    },
  },
  {
    name: 'a retry waits at the bus, not in a slot, and not shorter than it was told',
    applies: ({ delayedRetry }) => delayedRetry,
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'lease-paced', group: 'g', limit: 1 })
      await trial.bus.publish(numbered('lease-paced', 2))
      await trial.eventually('the first comes', () => listener.got.length === 1)
      const fromMs = trial.nowMs()
      await listener.settle(0, { type: 'retry', afterMs: 200 })
      await trial.eventually('the second comes meanwhile', () => listener.got.length === 2)
      expectSame(listener.payloads(), [0, 1], 'the order')
      await listener.settle(1, ack)
      await trial.eventually('the first comes again', () => listener.got.length === 3)
      expectThat(trial.nowMs() - fromMs >= 200, `it should wait 200 ms, but came after ${trial.nowMs() - fromMs}`)
    },
  },
  {
    name: 'a retry after something that is no span of time is refused and leaves the delivery as it was',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'lease-span', group: 'g' })
      await trial.bus.publish([messageOf('lease-span', 1)])
      await trial.eventually('it comes', () => listener.got.length === 1)
      const text = await listener.settle(0, { type: 'retry', afterMs: -1 }).then(() => '', String)
      expectThat(text.includes('afterMs'), `the error should name afterMs, but says: ${text}`)
      expectThat(await listener.settle(0, ack), 'it should still be settled')
    },
  },
  {
    name: 'what is neither settled nor extended is lost when its lease ends, and comes again as the next attempt',
    applies: hasLeases,
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'lease-end', group: 'g' })
      await trial.bus.publish([messageOf('lease-end', 1)])
      await trial.eventually('it comes', () => listener.got.length === 1)
      const fromMs = trial.nowMs()
      const { lost } = listener.at(0)
      expectSame(lost.aborted, false, 'lost at first')
      await trial.eventually('it comes again', () => listener.got.length === 2)
      expectThat(trial.nowMs() - fromMs >= trial.leaseMs - 50, `the lease of ${trial.leaseMs} ms should be kept, but ended after ${trial.nowMs() - fromMs}`)
      expectSame([lost.aborted, listener.at(1).attempt], [true, 2], 'lost and the attempt')
      expectSame([await listener.at(0).extend(), await listener.settle(0, ack)], [false, false], 'extending and settling too late')
      expectThat(await listener.settle(1, ack), 'the second delivery should be settled')
    },
  },
  {
    name: 'what is extended in time is not lost',
    applies: hasLeases,
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'lease-extend', group: 'g' })
      await trial.bus.publish(numbered('lease-extend', 2))
      await trial.eventually('both come', () => listener.got.length === 2)
      const kept = listener.payloads().indexOf(0)
      await trial.advance(trial.leaseMs / 2)
      expectThat(await listener.at(kept).extend(), 'it should be extended')
      await trial.eventually('the other comes again', () => listener.got.length === 3)
      expectSame([listener.payloads()[2], listener.at(kept).lost.aborted], [1, false], 'what came again, and whether the first is lost')
      expectThat(await listener.settle(kept, ack), 'what was extended should be settled')
    },
  },
  {
    name: 'leaving returns what is unsettled to the others at once, and its settlement comes too late',
    try: async (trial) => {
      const [leaving, staying] = [listen(trial.bus, { topic: 'lease-leave', group: 'g' }), listen(trial.bus, { topic: 'lease-leave', group: 'g', limit: 0 })]
      await trial.bus.publish(numbered('lease-leave', 3))
      await trial.eventually('they come', () => leaving.got.length === 3)
      await leaving.settle(0, ack)
      staying.limit$.next(10)
      const { lost } = leaving.at(1)
      leaving.leave()
      await trial.eventually('the others come to the one who stays', () => staying.got.length === 2)
      expectSame(staying.got.map(({ attempt }) => attempt), [2, 2], 'the attempts')
      expectSame([lost.aborted, await leaving.settle(1, ack).catch(() => false)], [true, false], 'lost, and settling too late')
    },
  },
]
