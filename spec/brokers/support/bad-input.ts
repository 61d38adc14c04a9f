import { isRight, left, right } from 'fp-ts/lib/Either.js'
import { actionHub, constant, deadTopic, type MessageBus, resume } from 'rxcrew'
import { asyncScheduler, type SchedulerAction, type SchedulerLike } from 'rxjs'
import { expect, vi } from 'vitest'
import { deadLetterOf } from '../../../src/bus/dead-letter.js'
import { listen, messageOf, payloadOf, received } from '../../../src/testing/bus-listener.js'

const eventually = (what: string, holds: () => boolean, timeout = 60_000): Promise<void> =>
  vi.waitFor(() => {
    if (!holds()) throw new Error(`still not: ${what}`)
  }, { timeout, interval: 20 })

/** The clock of a machine that is wrong by so many ms. */
export const wrongBy = (ms: number): SchedulerLike => ({
  now: () => asyncScheduler.now() + ms,
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) {
    return asyncScheduler.schedule(work, delay, state)
  },
})

const ack = { type: 'ack' } as const
const HOUR_MS = 3_600_000
const DELAY_MS = 400

/** Two processes whose clocks are two hours apart share a group: nothing is late, early, dead, or handled twice. */
export const clocksDiffer = async (make: (scheduler: SchedulerLike) => MessageBus): Promise<void> => {
  const [slow, fast] = [make(wrongBy(-HOUR_MS)), make(wrongBy(HOUR_MS))]
  const attempts: number[] = []
  const handled: (readonly [unknown, boolean])[] = []
  const at: number[] = []
  const each = (bus: MessageBus) =>
    listen(bus, {
      topic: 'clocks',
      group: 'g',
      limit: 2,
      each: (delivery) => {
        const payload = payloadOf(delivery)
        if (payload === 'again') {
          attempts.push(delivery.attempt)
          at.push(performance.now())
        }
        if (payload === 'again' && delivery.attempt === 1) return void delivery.settle({ type: 'retry', afterMs: DELAY_MS })
        void delivery.settle(ack).then((inTime) => handled.push([payload, inTime]))
      },
    })
  const [first, second] = [each(slow), each(fast)]
  const all = ['again', ...Array.from({ length: 10 }, (_, index) => index)]
  await slow.publish(all.map((payload) => messageOf('clocks', payload)))
  await eventually('all are handled', () => handled.length >= all.length)
  expect(new Map(handled)).toEqual(new Map(all.map((payload) => [payload, true])))
  expect(handled).toHaveLength(all.length)
  expect(attempts).toEqual([1, 2])
  // As long as it was told, give or take what a broker rounds to.
  expect((at[1] ?? 0) - (at[0] ?? 0)).toSatisfy((ms: number) => ms >= DELAY_MS - 10 && ms < DELAY_MS + 20_000)
  expect([first.end, second.end]).toEqual(['none', 'none'])
  await Promise.all([slow.close(), fast.close()])
}

/** What another program wrote is decoded by the action, or a dead letter with its reason; what follows is handled. */
export const foreignWritings = async (bus: MessageBus, publishRaw: (topic: string, raw: string) => Promise<unknown>): Promise<void> => {
  const handled: unknown[] = []
  const hub = actionHub({ bus, warn: () => undefined })
  const decode = (payload: unknown) => (typeof payload === 'number' ? right(payload) : left('no number'))
  hub.do('foreign', { action: { name: 'foreign', handle: async ({ input }) => handled.push(input), decode }, supervision: resume(), retry: { maxAttempts: 1, backoff: constant(1) } })
  hub.start()
  const dead = listen(bus, { topic: deadTopic('foreign'), group: 'undertaker', each: (delivery) => void delivery.settle(ack) })
  // A group that is there before, so that the topic is.
  await bus.publish([messageOf('foreign', 1)])
  await eventually('the first is handled', () => handled.length === 1)
  await publishRaw('foreign', '{"no":"envelope"}')
  await publishRaw('foreign', 'no JSON')
  await bus.publish([messageOf('foreign', 'another shape'), messageOf('foreign', 2)])
  await eventually('the bad ones are dead', () => dead.got.length >= 3)
  await eventually('the next good one is handled', () => handled.length >= 2)
  expect(handled).toEqual([1, 2])
  const reasons = dead.got.map((delivery) => deadLetterOf(received(delivery))?.reason ?? '')
  expect(reasons.filter((reason) => reason.includes('no number'))).toHaveLength(1)
  for (const reason of reasons) expect(reason).not.toBe('')
  expect(dead.got.every(({ message }) => isRight(message))).toBe(true)
  await hub.stop()
}

/** More than the broker takes, though the bus would: one error, and what fits goes on. */
export const tooLarge = async (bus: MessageBus, bytes: number, why: RegExp): Promise<void> => {
  const listener = listen(bus, { topic: 'large', group: 'g', each: (delivery) => void delivery.settle(ack) })
  await bus.publish([messageOf('large', 'before')])
  await expect(bus.publish([messageOf('large', 'x'.repeat(bytes), { id: 'too large' })])).rejects.toThrow(why)
  await vi.waitFor(() => bus.publish([messageOf('large', 'after')]), { timeout: 20_000 })
  await eventually('the others come', () => listener.payloads().includes('before') && listener.payloads().includes('after'))
  expect(listener.payloads().every((payload) => String(payload).length < 10)).toBe(true)
  expect(listener.end).toBe('none')
}
