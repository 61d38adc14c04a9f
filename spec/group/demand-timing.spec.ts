import { map, type Observable, of, Subject, throwError, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { ScalingPolicy, Wake } from '../../src/scaling/policy.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { resume } from '../../src/supervision/resume.js'
import { send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = ({ min = 1, max = 3, serviceMs = 500, deliveryWaitMs = 100, maxIdleMs = 1_000, capacity = 1 } = {}) => {
  const time = new VirtualTime()
  const action = ({ input }: Job<number>) => timer(serviceMs, time).pipe(map(() => input))
  const group = workerGroup({ action, workers: { min, max }, capacity, scaling: demand({ deliveryWaitMs, maxIdleMs }), scheduler: time })
  return { time, group }
}

describe('a worker group that scales by demand', () => {
  it('accepts at the moments at which the seed does', async () => {
    const { time, group } = setUp()
    const at: number[] = []
    const sendAll = async (): Promise<void> => {
      for (let i = 0; i < 7; i += 1) {
        await group.offer(i)
        at.push(time.now())
      }
    }
    void sendAll()
    await time.runAll()
    expect(at).toEqual([0, 0, 100, 200, 500, 600, 700])
    expect(group.stats()).toMatchObject({ processed: 7, live: 1, idled: 2, created: 3, stopped: 2, wanted: 1 })
  })

  it('grows while senders wait, one worker per wait, and never above its most', async () => {
    const { time, group } = setUp({ serviceMs: 100_000 })
    const live: number[] = []
    for (let i = 0; i < 20; i += 1) send(group, i)
    for (let step = 0; step < 6; step += 1) {
      live.push(group.stats().live)
      await time.advance(100)
    }
    expect(live).toEqual([1, 2, 3, 3, 3, 3])
    expect(group.stats()).toMatchObject({ available: 0, reason: 'limited' })
    await group.stop()
  })

  it('does not count what stands in the line as a sender who waits', async () => {
    const { time, group } = setUp({ serviceMs: 10_000, capacity: 5 })
    for (let i = 0; i < 6; i += 1) send(group, i)
    await time.advance(5_000)
    expect(group.stats()).toMatchObject({ live: 1, waiting: 5 })
    await group.stop()
  })

  it('counts it when the sender asks for that', async () => {
    const { time, group } = setUp({ serviceMs: 10_000, capacity: 5 })
    for (let i = 0; i < 3; i += 1) send(group, i, { waits: 'line' })
    await time.advance(250)
    expect(group.stats().live).toBe(3)
    await group.stop()
  })

  it('grows for a source that it runs, by what has waited longest', async () => {
    const { time, group } = setUp({ serviceMs: 10_000 })
    const source$ = new Subject<number>()
    source$.pipe(group.run()).subscribe()
    for (let i = 0; i < 5; i += 1) source$.next(i)
    await time.advance(99)
    expect(group.stats().live).toBe(1)
    await time.advance(1)
    expect(group.stats().live).toBe(2)
    await time.advance(100)
    expect(group.stats().live).toBe(3)
    await group.stop()
  })

  it('grows for a waiting item behind one that was taken back', async () => {
    const { time, group } = setUp({ serviceMs: 10_000 })
    const source$ = new Subject<number>()
    source$.pipe(group.run()).subscribe()
    source$.next(0)
    const controller = new AbortController()
    send(group, 1, { key: 'a', signal: controller.signal })
    source$.next(2)
    controller.abort()
    await time.advance(100)
    expect(group.stats().live).toBe(2)
    await group.stop()
  })

  it('starts a first worker on demand when it may have none', async () => {
    const { time, group } = setUp({ min: 0, serviceMs: 10 })
    group.start()
    expect(group.stats()).toMatchObject({ live: 0, min: 0 })
    const result = group.submit(7, { waits: 'line' })
    await time.advance(110)
    expect(await result).toBe(7)
    await time.runAll()
    expect(group.stats()).toMatchObject({ live: 0, idled: 1 })
  })

  it('starts a first worker for who is in the line though there is room, once for the wait', async () => {
    const { time, group } = setUp({ min: 0, serviceMs: 10, capacity: 10 })
    for (let i = 0; i < 3; i += 1) send(group, i)
    await time.advance(99)
    expect(group.stats()).toMatchObject({ live: 0, waiting: 3 })
    await time.advance(1)
    expect(group.stats()).toMatchObject({ live: 1, wanted: 1 })
    await time.runAll()
    expect(group.stats()).toMatchObject({ processed: 3, created: 1, live: 0 })
  })

  it('starts a worker again for what comes back from a retry when all have gone', async () => {
    const time = new VirtualTime()
    let tries = 0
    const action = (): Observable<string> => {
      tries += 1
      return tries === 1 ? throwError(() => new Error('not yet')) : of('done')
    }
    const group = workerGroup({
      action, workers: { min: 0, max: 3 }, capacity: 10, retry: { maxAttempts: 2, backoff: constant(5_000) }, supervision: resume(),
      scaling: demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 }), scheduler: time,
    })
    const done = group.submit('x')
    await time.advance(4_000)
    expect(group.stats()).toMatchObject({ live: 0, retrying: 1 })
    await time.advance(1_300)
    expect(await done).toBe('done')
  })

  it('goes back to its fewest when idle, and keeps those workers for good', async () => {
    const { time, group } = setUp({ min: 2, max: 4, serviceMs: 300 })
    for (let i = 0; i < 12; i += 1) send(group, i)
    await time.advance(2_000)
    await group.idle()
    await time.advance(100_000)
    expect(group.stats()).toMatchObject({ live: 2, created: 4, stopped: 2, idled: 2, processed: 12 })
    expect(time.scheduled).toBe(0)
  })

  it('lets workers go that a trickle does not need', async () => {
    const time = new VirtualTime()
    const action = ({ input }: Job<number>) => timer(input, time)
    const group = workerGroup({ action, workers: { max: 4 }, capacity: 1, scaling: demand({ deliveryWaitMs: 50, maxIdleMs: 400 }), scheduler: time })
    for (let i = 0; i < 6; i += 1) send(group, 300)
    await time.advance(200)
    expect(group.stats().live).toBe(4)
    for (let i = 0; i < 25; i += 1) {
      await time.advance(80)
      send(group, 2)
    }
    expect(group.stats()).toMatchObject({ live: 1, idled: 3 })
  })

  it('has nothing scheduled while it is idle at its fewest', async () => {
    const { time, group } = setUp({ serviceMs: 10 })
    send(group, 1)
    await time.advance(10_000)
    expect({ scheduled: time.scheduled, live: group.stats().live }).toEqual({ scheduled: 0, live: 1 })
  })
})

describe('a worker group and its policy', () => {
  it('asks a policy that keeps idle workers once per span, not for ever', async () => {
    const time = new VirtualTime()
    let asked = 0
    const scaling: ScalingPolicy<null> = {
      name: 'keeping', initial: null, wake: { idledMs: 10 },
      step: (state) => {
        asked += 1
        return { state, wanted: 3, reason: 'withinRange' }
      },
    }
    const group = workerGroup({ action: () => 1, scaling, scheduler: time })
    group.start()
    await time.advance(1_000)
    expect(asked).toBe(101)
    await group.stop()
  })

  it('samples regularly while there is work, and tells the policy what happened since', async () => {
    const time = new VirtualTime()
    const samples: unknown[] = []
    const scaling: ScalingPolicy<null> = {
      name: 'watching', initial: null,
      step: (state, { nowMs, windowMs, arrivals, completions, inFlight, busyMs, waiting }) => {
        samples.push({ nowMs, windowMs, arrivals, completions, inFlight, busyMs, waiting })
        return { state, wanted: 1, reason: 'withinRange' }
      },
    }
    const group = workerGroup({ action: ({ input }: Job<number>) => timer(input, time), scaling, sampleEveryMs: 100, scheduler: time })
    send(group, 150)
    send(group, 30)
    await time.runAll()
    expect(samples).toEqual([
      { nowMs: 0, windowMs: 0, arrivals: 0, completions: 0, inFlight: 0, busyMs: 0, waiting: 0 },
      { nowMs: 100, windowMs: 100, arrivals: 2, completions: 0, inFlight: 1, busyMs: 100, waiting: 1 },
    ])
  })

  it('samples regularly while there is work, also while a worker is idle that the policy wants to hear of', async () => {
    const time = new VirtualTime()
    const samples: number[] = []
    const scaling: ScalingPolicy<null> = {
      name: 'watching', initial: null, wake: { waitedMs: 500, idledMs: 60_000 },
      step: (state, { nowMs }) => {
        samples.push(nowMs)
        return { state, wanted: 2, reason: 'withinRange' }
      },
    }
    const group = workerGroup({ action: ({ input }: Job<number>) => timer(input, time), scaling, sampleEveryMs: 100, scheduler: time })
    group.start()
    await time.advance(10)
    send(group, 250)
    await time.advance(1_000)
    expect(samples).toEqual([0, 100, 200])
    await group.stop()
  })

  it('asks once more after the work has ended, if the policy wishes', async () => {
    const asked = async (wake: Wake | undefined): Promise<readonly (readonly [number, number])[]> => {
      const time = new VirtualTime()
      const seen: (readonly [number, number])[] = []
      const scaling: ScalingPolicy<null> = {
        name: 'asking', initial: null, wake,
        step: (state, { nowMs, inFlight }) => {
          seen.push([nowMs, inFlight])
          return { state, wanted: 1, reason: 'withinRange' }
        },
      }
      const group = workerGroup({ action: ({ input }: Job<number>) => timer(input, time), scaling, sampleEveryMs: 100, scheduler: time })
      send(group, 150)
      await time.advance(1_000)
      send(group, 10)
      await time.runAll()
      return seen
    }
    const without = [[0, 0], [100, 1], [1_000, 1]]
    expect(await asked(undefined)).toEqual(without)
    expect(await asked({ afterWork: false })).toEqual(without)
    expect(await asked({ afterWork: true })).toEqual([[0, 0], [100, 1], [200, 0], [1_000, 1], [1_100, 0]])
  })

  it('lets workers finish that it gives up, idle ones first', async () => {
    const time = new VirtualTime()
    let wanted = 3
    const scaling: ScalingPolicy<null> = { name: 'hand', initial: null, step: (state) => ({ state, wanted, reason: 'scheduled' }) }
    const group = workerGroup({ action: ({ input }: Job<number>) => timer(input, time), scaling, sampleEveryMs: 10, scheduler: time })
    send(group, 100)
    send(group, 100)
    wanted = 1
    await time.advance(10)
    expect(group.stats()).toMatchObject({ live: 2, inFlight: 2, wanted: 1, idled: 1 })
    await time.advance(90)
    expect(group.stats()).toMatchObject({ live: 1, processed: 2, stopped: 2 })
    await group.stop()
  })

  it('publishes how many items may run at once', async () => {
    const time = new VirtualTime()
    const live: number[] = []
    const group = workerGroup({ action: () => 1, scaling: fixed(3), scheduler: time })
    group.live$.subscribe((count) => live.push(count))
    group.start()
    group.pause()
    group.resume()
    await group.stop()
    expect(live).toEqual([0, 1, 2, 3, 0, 3, 0])
  })
})
