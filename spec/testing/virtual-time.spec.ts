import { asyncScheduler, interval, timer } from 'rxjs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { OptionsError } from '../../src/core/options-error.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { delayFor } from '../../src/testing/delay-for.js'
import { virtualTime } from '../../src/testing/virtual-time.js'

afterEach(() => { vi.useRealTimers() })

describe('virtualTime', () => {
  it('moves only when it is told to, and shows where it is', async () => {
    const time = virtualTime({ startMs: 1_000 })
    const seen: number[] = []
    time.scheduler.schedule(() => seen.push(time.nowMs), 50)
    await time.settle()
    expect([time.nowMs, time.scheduled, seen]).toEqual([1_000, 1, []])
    await time.advance(49)
    expect(seen).toEqual([])
    await time.advance(1)
    expect([time.nowMs, time.scheduled, seen]).toEqual([1_050, 0, [1_050]])
    await time.advanceTo(500)
    expect(time.nowMs).toBe(1_050)
  })

  it('lets promises settle between two actions, however long their chain', async () => {
    const time = virtualTime()
    const seen: string[] = []
    const chain = async (): Promise<void> => {
      await time.delay(10)
      for (let link = 0; link < 1_000; link += 1) await Promise.resolve()
      seen.push(`chain at ${time.nowMs}`)
      await time.delay(0)
      seen.push(`again at ${time.nowMs}`)
    }
    void chain()
    time.scheduler.schedule(() => seen.push(`action at ${time.nowMs}`), 11)
    await time.advance(20)
    expect(seen).toEqual(['chain at 10', 'again at 10', 'action at 11'])
  })

  it('runs until a promise has settled, and passes on how', async () => {
    const time = virtualTime()
    expect(await time.run(time.delay(70).then(() => 'done'))).toBe('done')
    expect(time.nowMs).toBe(70)
    await expect(time.run(time.delay(5).then(() => { throw new Error('no') }))).rejects.toThrow('no')
    expect(await time.run(Promise.resolve(1), { withinMs: 0 })).toBe(1)
    expect(time.nowMs).toBe(75)
  })

  it('says why a promise does not settle', async () => {
    const time = virtualTime()
    const never = new Promise(() => undefined)
    await expect(time.run(never)).rejects.toThrow('at 0 ms the promise has not settled: nothing is scheduled on this clock that could')
    const ticking = interval(10, time.scheduler).subscribe()
    await expect(time.run(never, { withinMs: 95 })).rejects.toThrow('at 90 ms the promise has not settled: 1 actions lie more than 95 ms ahead')
    ticking.unsubscribe()
  })

  it('runs until all is quiet, and says when it never is', async () => {
    const time = virtualTime()
    timer(5, 0, time.scheduler).subscribe().add(time.scheduler.schedule(() => undefined, 5))
    await expect(time.runAll({ withinMs: 4 })).rejects.toThrow('at 0 ms it is not quiet')
    const quiet = virtualTime()
    timer(5, quiet.scheduler).subscribe(() => { void quiet.delay(20) })
    await quiet.runAll()
    expect([quiet.nowMs, quiet.scheduled]).toEqual([25, 0])
  })

  it('stops what goes on for ever at one moment', async () => {
    const time = virtualTime({ mostAtOnce: 100 })
    const again = (): void => { time.scheduler.schedule(again) }
    again()
    await expect(time.advance(1)).rejects.toThrow('more than 100 actions at 0 ms: something goes on for ever')
  })

  it('rejects with what an action throws, and goes on after it', async () => {
    const time = virtualTime()
    time.scheduler.schedule(() => { throw new Error('in an action') }, 1)
    time.scheduler.schedule(() => seen.push('next'), 2)
    const seen: string[] = []
    await expect(time.advance(5)).rejects.toThrow('in an action')
    await time.advance(5)
    expect(seen).toEqual(['next'])
  })

  it('jumps within a call, for what has no promise in it', () => {
    const time = virtualTime()
    const seen: number[] = []
    interval(10, time.scheduler).subscribe((at) => seen.push(at))
    time.jump(35)
    expect([seen, time.nowMs]).toEqual([[0, 1, 2], 35])
  })

  it('drives a group whose handler is a promise', async () => {
    const time = virtualTime()
    const group = workerGroup({ action: ({ input, signal }: Job<number>) => time.delay(input, signal).then(() => input * 2), scheduler: time.scheduler, workers: { max: 1 } })
    const both = Promise.all([group.submit(100), group.submit(50)])
    expect(await time.run(both)).toEqual([200, 100])
    expect(time.nowMs).toBe(150)
    const cut = expect(group.submit(1_000)).rejects.toThrow('cancelled')
    await time.settle()
    expect(await time.run(group.stop())).toMatchObject({ aborted: 1, zombies: 0 })
    await cut
  })

  it('is not stopped by the fake timers of a test runner', async () => {
    vi.useFakeTimers()
    const time = virtualTime()
    await time.run(time.delay(60_000))
    expect(time.nowMs).toBe(60_000)
  })

  it('waits for real input and output where it is told how', async () => {
    let arrived = false
    const outside = new Promise<void>((resolve) => { setImmediate(() => setImmediate(resolve)) }).then(() => { arrived = true })
    const time = virtualTime({ settle: () => outside })
    await time.settle()
    expect(arrived).toBe(true)
  })

  it('refuses what is no time', async () => {
    const time = virtualTime()
    expect(() => virtualTime({ startMs: -1, mostAtOnce: 0 })).toThrow(/^virtualTime: startMs should be .*; mostAtOnce should be/)
    await expect(time.advance(-1)).rejects.toThrow(OptionsError)
    expect(() => time.jump(Number.NaN)).toThrow('jump: ms should be milliseconds')
  })
})

describe('delayFor', () => {
  it('rejects with the reason of its signal, and leaves nothing scheduled', async () => {
    const time = virtualTime()
    const controller = new AbortController()
    const delayed = expect(delayFor(100, { scheduler: time.scheduler, signal: controller.signal })).rejects.toBe('enough')
    await time.advance(40)
    controller.abort('enough')
    await delayed
    expect(time.scheduled).toBe(0)
    await expect(delayFor(100, { scheduler: time.scheduler, signal: controller.signal })).rejects.toBe('enough')
    expect(time.scheduled).toBe(0)
  })

  it('is not ended by a signal that comes after it', async () => {
    const time = virtualTime()
    const controller = new AbortController()
    const delayed = time.delay(10, controller.signal)
    await time.run(delayed)
    controller.abort()
    await expect(delayed).resolves.toBeUndefined()
  })

  it('takes its time from asyncScheduler by default', async () => {
    vi.useFakeTimers()
    const started = asyncScheduler.now()
    const delayed = delayFor(250)
    await vi.advanceTimersByTimeAsync(250)
    await delayed
    expect(asyncScheduler.now() - started).toBe(250)
    expect(() => delayFor(-1)).toThrow('delayFor: ms should be milliseconds')
  })
})
