import { createHook } from 'node:async_hooks'
import { Observable, type SchedulerAction, type Subscription } from 'rxjs'
import { vi } from 'vitest'
import { VirtualTime } from './virtual-time.js'

/** A clock that counts how often it is read, and how often it is asked for a timer. */
export class CountingTime extends VirtualTime {
  asked = 0
  read = 0

  constructor() {
    super()
    const now = this.now
    this.now = () => {
      this.read += 1
      return now()
    }
  }

  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    this.asked += 1
    return super.schedule(work, delay, state)
  }
}

/** How many promises are made while `run` runs: the fewest of several times, since the runner of the specs makes some of its own. */
export const promises = async (run: () => Promise<unknown>): Promise<number> => {
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

/** How many Observables are subscribed to while `run` runs. */
export const subscriptions = async (run: () => Promise<unknown>): Promise<number> => {
  const spy = vi.spyOn(Observable.prototype, 'subscribe')
  await run()
  const { length } = spy.mock.calls
  spy.mockRestore()
  return length
}

/** What a message costs by some count: what `run` costs with 300 of them, without what it costs with 100. */
export const each = async (count: (run: () => Promise<unknown>) => Promise<number>, run: (messages: number) => Promise<unknown>): Promise<number> =>
  ((await count(() => run(300))) - (await count(() => run(100)))) / 200
