import { EMPTY, NEVER, of, Subject, throwError } from 'rxjs'
import type { BusPromise } from './bus-contract.js'
import { expectSame, expectThat } from './bus-environment.js'
import { listen, messageOf, numbered, quiet } from './bus-listener.js'

const ack = { type: 'ack' } as const

/** How many are delivered at once, and how a stream, or the bus, ends. */
export const flowCases: readonly BusPromise[] = [
  {
    name: 'never more are unsettled than the limit, and each settlement brings the next',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'flow-limit', group: 'g', limit: 3 })
      await trial.bus.publish(numbered('flow-limit', 20))
      for (let next = 0; next < 20; next += 1) {
        // oxlint-disable-next-line no-await-in-loop
        await trial.eventually(`number ${next} comes`, () => listener.got.length > next)
        // oxlint-disable-next-line no-await-in-loop
        await listener.settle(next, ack)
      }
      expectThat(listener.mostUnsettled <= 3, `at most 3 should be unsettled at once, but ${listener.mostUnsettled} were`)
      expectSame(listener.got.length, 20, 'the number of deliveries')
    },
  },
  {
    name: 'nothing comes before the first limit, nor without one',
    try: async (trial) => {
      const limit$ = new Subject<number>()
      const [listener, none] = [listen(trial.bus, { topic: 'flow-none', group: 'g', limit$ }), listen(trial.bus, { topic: 'flow-none', group: 'g', limit$: EMPTY })]
      await trial.bus.publish(numbered('flow-none', 2))
      await quiet(trial, 'flow-none')
      expectSame([listener.got.length, none.got.length, none.end], [0, 0, 'none'], 'what came')
      limit$.next(1)
      await trial.eventually('one comes', () => listener.got.length === 1)
    },
  },
  {
    name: 'a rising limit brings more, a falling one takes nothing back, and 0 pauses',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'flow-move', group: 'g', limit: 1 })
      await trial.bus.publish(numbered('flow-move', 6))
      await trial.eventually('one comes', () => listener.got.length === 1)
      listener.limit$.next(3)
      await trial.eventually('three are there', () => listener.got.length === 3)
      listener.limit$.next(0)
      expectThat(await listener.settle(0, ack), 'what was delivered before should still be settled')
      await quiet(trial, 'flow-move')
      expectSame(listener.got.length, 3, 'deliveries while paused')
      listener.limit$.next(2)
      expectThat(await listener.settle(1, ack), 'what was delivered before should still be settled')
      await trial.eventually('one more comes', () => listener.got.length === 4)
      expectSame(listener.unsettled, 2, 'unsettled deliveries')
    },
  },
  {
    name: 'a limit that is no whole number of 0 or more errors the stream by name',
    try: async (trial) => {
      for (const limit of [-1, 1.5, Number.NaN]) {
        const listener = listen(trial.bus, { topic: 'flow-bad', group: 'g', limit$: of(limit) })
        // oxlint-disable-next-line no-await-in-loop
        await trial.eventually(`the limit ${limit} is refused`, () => listener.end !== 'none')
        const { end } = listener
        expectThat(typeof end === 'object' && end.error instanceof Error && end.error.message.includes('limit$'), `the error should name limit$ for ${limit}`)
      }
    },
  },
  {
    name: 'a limit that completes keeps its last value, and one that errors errors the stream',
    try: async (trial) => {
      const kept = listen(trial.bus, { topic: 'flow-end', group: 'g', limit$: of(1), each: (delivery) => void delivery.settle(ack) })
      await trial.bus.publish(numbered('flow-end', 3))
      await trial.eventually('all come', () => kept.got.length === 3)
      const failed = listen(trial.bus, { topic: 'flow-end', group: 'g', limit$: throwError(() => new Error('no limit')) })
      await trial.eventually('it errors', () => failed.end !== 'none')
      expectThat(typeof failed.end === 'object' && failed.end.error instanceof Error && failed.end.error.message === 'no limit', 'the error should be the limit\'s own')
    },
  },
  {
    name: 'an empty topic or group is refused by its name',
    try: async (trial) => {
      for (const [name, options] of [['topic', { topic: '', group: 'g' }], ['group', { topic: 'flow-empty', group: '' }]] as const) {
        const told: string[] = []
        const tell = (error: unknown): void => void told.push(error instanceof Error ? error.message : '')
        try {
          trial.bus.deliveries({ ...options, limit$: NEVER }).subscribe({ error: tell })
        } catch (error) {
          tell(error)
        }
        // oxlint-disable-next-line no-await-in-loop
        await trial.eventually(`an empty ${name} is refused`, () => told.some((text) => text.includes(name)))
      }
    },
  },
  {
    name: 'a thousand messages published in many pieces are each handled once when nothing goes wrong',
    try: async (trial) => {
      const listeners = [1, 2, 3].map((limit) => listen(trial.bus, { topic: 'flow-many', group: 'g', limit, each: (delivery) => void delivery.settle(ack) }))
      const messages = numbered('flow-many', 1_000)
      await Promise.all(Array.from({ length: 20 }, (_, piece) => trial.bus.publish(messages.slice(piece * 50, piece * 50 + 50))))
      await trial.eventually('all come', () => listeners.flatMap(({ got }) => got).length >= 1_000)
      expectSame(new Set(listeners.flatMap((listener) => listener.payloads())).size, 1_000, 'the number of different messages')
    },
  },
  {
    name: 'the status is live, and told to whoever asks later',
    try: async (trial) => {
      const told: string[] = []
      const subscription = trial.bus.status$.subscribe((status) => told.push(status))
      await trial.eventually('it is live', () => told.includes('live'))
      subscription.unsubscribe()
      const later: string[] = []
      trial.bus.status$.subscribe((status) => later.push(status)).unsubscribe()
      expectSame(later, ['live'], 'what a later one is told at once')
    },
  },
  {
    name: 'closing completes every stream, twice is once, and publishing is refused from then on',
    try: async (trial) => {
      const listener = listen(trial.bus, { topic: 'flow-close', group: 'g' })
      await trial.bus.publish([messageOf('flow-close', 1)])
      await trial.eventually('it comes', () => listener.got.length === 1)
      await Promise.all([trial.bus.close(), trial.bus.close()])
      expectSame(listener.end, 'completed', 'the end of the stream')
      expectSame(await listener.settle(0, ack).catch(() => false), false, 'a settlement after closing')
      expectThat(await trial.bus.publish([messageOf('flow-close', 2)]).then(() => false, (error: unknown) => error instanceof Error), 'publishing after closing should reject')
      expectSame(listen(trial.bus, { topic: 'flow-close', group: 'g' }).end, 'completed', 'a stream asked for after closing')
    },
  },
]
