import { createHook } from 'node:async_hooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { NEVER, type SchedulerAction, type Subscription } from 'rxjs'
import { memoryBus } from '../../src/bus/memory-bus.js'
import type { Job } from '../../src/core/job.js'
import { createMessage } from '../../src/core/create-message.js'
import { actionHub } from '../../src/hub/action-hub.js'
import { fixed } from '../../src/scaling/fixed.js'
import { VirtualTime } from '../support/virtual-time.js'

/** A clock that counts how often it is asked for a timer. */
class CountingTime extends VirtualTime {
  asked = 0

  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    this.asked += 1
    return super.schedule(work, delay, state)
  }
}

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

/** How many promises are made while `run` runs: the fewest of several times, since the runner of the specs makes some of its own. */
const promises = async (run: () => Promise<void>): Promise<number> => {
  const counts: number[] = []
  for (let time = 0; time < 5; time += 1) {
    let made = 0
    const hook = createHook({ init: (_id, type) => { if (type === 'PROMISE') made += 1 } }).enable()
    await run()
    hook.disable()
    counts.push(made)
  }
  return Math.min(...counts)
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

  it('is one promise: that of its settlement', async () => {
    const handled = async (count: number) => {
      const { clock, publish, settled } = await set(() => undefined)
      const made = await promises(async () => {
        await publish(upTo(count))
        await clock.settle()
      })
      expect(settled()).toBe(count * 5)
      return made
    }
    const published = async (count: number) => {
      const { clock, bus } = await set(() => undefined)
      return promises(async () => {
        await Promise.all(upTo(count).map((n) => bus.publish([createMessage(n, { id: `${n}`, topic: 'elsewhere', sentAtMs: 0 })])))
        await clock.settle()
      })
    }
    const handling = (await handled(200)) - (await handled(100))
    const publishing = (await published(200)) - (await published(100))
    expect((handling - publishing) / 100).toBe(1)
  })
})
