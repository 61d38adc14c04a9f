import { afterEach, describe, expect, it, vi } from 'vitest'
import { NEVER } from 'rxjs'
import { memoryBus } from '../../src/bus/memory-bus.js'
import type { Job } from '../../src/core/job.js'
import { createMessage } from '../../src/core/create-message.js'
import { actionHub } from '../../src/hub/action-hub.js'
import { fixed } from '../../src/scaling/fixed.js'
import { CountingTime, each, promises, subscriptions } from '../support/counted.js'

const set = async (action: (job: Job) => unknown, workers = 64) => {
  const clock = new CountingTime()
  const bus = memoryBus({ scheduler: clock })
  const hub = actionHub({ bus, scheduler: clock, newId: () => 'id' })
  hub.do('work', { action, workers: { min: workers, max: workers }, scaling: fixed(workers) })
  hub.start()
  const publish = (numbers: readonly number[]): Promise<unknown> =>
    Promise.all(numbers.map((n) => bus.publish([createMessage(n, { id: `${n}`, topic: 'work', sentAtMs: 0 })])))
  await clock.settle()
  return { clock, bus, publish, settled: () => bus.counts('work', 'work').acked }
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

const controllers = () => {
  let made = 0
  const Real = AbortController
  vi.stubGlobal('AbortController', class extends Real {
    constructor() {
      super()
      made += 1
    }
  })
  return () => made
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('what a message costs on its way through a hub', () => {
  it('is no timer: those of one open delivery serve for all', async () => {
    const timers = async (open: number) => {
      const { clock, publish } = await set(() => NEVER)
      await publish(upTo(open))
      await clock.settle()
      return { asked: clock.asked, standing: clock.scheduled }
    }
    expect(await timers(64)).toEqual(await timers(1))
  })

  it('is no timer either when messages come and go while one stays', async () => {
    const { clock, publish, settled } = await set(({ input }) => (input === 0 ? NEVER : Promise.resolve()))
    await publish(upTo(2))
    await clock.settle()
    const before = clock.asked
    await publish(upTo(200).slice(2))
    await clock.settle()
    expect({ settled: settled(), asked: clock.asked - before }).toEqual({ settled: 199, asked: 0 })
  })

  it('is no AbortController, unless its handler looks at its signal', async () => {
    const { clock, publish, settled } = await set(async ({ input, signal: _looked }: Job) => input)
    const blind = await set(async ({ input }: Job) => input)
    const made = controllers()
    await blind.publish(upTo(100))
    await blind.clock.settle()
    expect([blind.settled(), made()]).toEqual([100, 0])
    await publish(upTo(100))
    await clock.settle()
    expect([settled(), made()]).toEqual([100, 100])
  })

  // The two of a publish are what the spec awaits: that of the bus, and that of `publish`.
  it('is one promise: that of its settlement', async () => {
    const handled = await each(promises, async (count) => {
      const { clock, publish, settled } = await set(() => undefined)
      await publish(upTo(count))
      await clock.settle()
      expect(settled()).toBe(count)
    })
    const published = await each(promises, async (count) => {
      const { clock, bus } = await set(() => undefined)
      await Promise.all(upTo(count).map((n) => bus.publish([createMessage(n, { id: `${n}`, topic: 'elsewhere', sentAtMs: 0 })])))
      await clock.settle()
    })
    expect(handled - published).toBe(1)
  })

  it('is no subscription', async () => {
    const subscribed = await each(subscriptions, async (count) => {
      const { clock, publish } = await set(async ({ input }) => input)
      await publish(upTo(count))
      await clock.settle()
    })
    expect(subscribed).toBe(0)
  })

  it('is four readings of the clock when a worker is free: two of the group and two of the bus', async () => {
    const { clock, publish } = await set(async ({ input }) => input)
    const reads = async (count: number): Promise<number> => {
      const before = clock.read
      await publish(upTo(count))
      await clock.settle()
      return clock.read - before
    }
    // The first has a timer set up. No more than there are workers, so that none waits: that would be one more.
    await reads(1)
    const few = await reads(10)
    expect(((await reads(60)) - few) / 50).toBe(4)
  })
})
