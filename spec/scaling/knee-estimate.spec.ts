import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateKnee } from '../../src/scaling/knee-estimate.js'
import { earlySight, extend, isFull, NO_EPOCH, sightOf, type Epoch } from '../../src/scaling/knee-evidence.js'
import { nearest, sizesUpTo } from '../../src/scaling/knee-sizes.js'
import { loadOf } from './load-of.js'

describe('the sizes between which a knee is sought', () => {
  it('are all of the small ones, then ever wider apart, up to the largest', () => {
    expect(sizesUpTo(1)).toEqual([1])
    expect(sizesUpTo(12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(sizesUpTo(30)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 23, 25, 27, 29, 30])
    expect(sizesUpTo(1_000).length).toBeLessThan(80)
  })

  it('are found by the nearest', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0, max: 400, noNaN: true }), (max, number) => {
      const sizes = sizesUpTo(max)
      const found = sizes[nearest(sizes, number)] ?? Number.NaN
      expect(Math.abs(found - number)).toBe(Math.min(...sizes.map((size) => Math.abs(size - number))))
    }))
  })
})

const sizes = sizesUpTo(128)

/** What would be seen, without chance, of so many messages at each of these numbers. */
const seen = (slowdown: (busy: number) => number, visited: readonly number[], count: number): readonly [readonly number[], readonly number[]] => {
  const ended = sizes.map((size) => (visited.includes(size) ? count : 0))
  return [ended, sizes.map((size, at) => (ended[at] ?? 0) * 50 * slowdown(size))]
}

describe('the estimate of a knee', () => {
  it.each([[6, 2], [19, 2], [19, 3], [39, 2]])('is a knee of %d past which messages slow by the power of %d, once numbers on both sides were seen', (knee, power) => {
    const [ended, tookMs] = seen((busy) => Math.max(1, busy / knee) ** power, [2, 6, 12, 19, 29, 39, 57], 400)
    const { best, baseMs } = estimateKnee(sizes, ended, tookMs, 1)
    expect(sizes[best]).toBe(knee)
    expect(baseMs).toBeCloseTo(50, 0)
  })

  it('is half way to the largest, in doublings, while nothing slows', () => {
    const [ended, tookMs] = seen(() => 1, [2], 1_000)
    const best = sizes[estimateKnee(sizes, ended, tookMs, 1).best] ?? 0
    expect(best).toBeGreaterThan(12)
    expect(best).toBeLessThan(30)
  })

  it('is the largest while nothing has ended', () => {
    const nothing = { best: sizes.length - 1, baseMs: 0 }
    expect(estimateKnee(sizes, [], [], 1)).toEqual(nothing)
    // What is left after a long time in quiet: its mean would be infinite.
    expect(estimateKnee(sizes, [5e-324], [1.3653084624423053e-16], 0.4)).toEqual(nothing)
  })

  it('takes more to be convinced the more the times vary', () => {
    const [ended, tookMs] = seen((busy) => (busy > 6 ? 1.6 : 1), [6, 9], 8)
    const [steady = 0, wild = 0] = [0.4, 2].map((variation) => sizes[estimateKnee(sizes, ended, tookMs, variation).best])
    expect(steady).toBeLessThan(9)
    expect(wild).toBeGreaterThan(9)
  })

  it('is always one of the sizes, whatever was seen', () => {
    const counts = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: sizes.length })
    fc.assert(fc.property(counts, counts, fc.double({ min: 0.4, max: 3, noNaN: true }), (ended, tookMs, variation) => {
      const { best, baseMs } = estimateKnee(sizes, ended, tookMs, variation)
      expect(sizes[best]).toBeDefined()
      expect(baseMs).toBeGreaterThanOrEqual(0)
      expect(Number.isFinite(baseMs)).toBe(true)
    }))
  })
})

describe('what an epoch says', () => {
  /** Of messages that all took the same, unless told otherwise. */
  const epoch = (about: Partial<Epoch>): Epoch => {
    const all = { ...NO_EPOCH, ...about }
    return { ...all, logMs: about.logMs ?? all.ended * Math.log(all.servedMs / all.ended) }
  }

  it('is of the mean number at work, with all of their time, while the line was full', () => {
    expect(sightOf(epoch({ ended: 40, servedMs: 900, busyMs: 1_000, lastedMs: 200, fullMs: 150 }), { baseMs: 20, wanted: 8, variation: 1, tail: 0 })).toEqual({ busy: 5, ended: 40, tookMs: 1_000 })
  })

  it('is of the number that its arrivals occupy at the base time, and of whoever came, while it was not', () => {
    expect(sightOf(epoch({ ended: 40, servedMs: 800, busyMs: 1_000, lastedMs: 200, mostBusy: 8 }), { baseMs: 20, wanted: 8, variation: 1, tail: 0 })).toEqual({ busy: 5, ended: 40, tookMs: 800 })
    expect(sightOf(epoch({ ended: 40, servedMs: 800, busyMs: 1_000, lastedMs: 200, mostBusy: 5 }), { baseMs: 20, wanted: 4, variation: 1, tail: 0 }).busy).toBe(4)
  })

  it('is of the mean number at work while no base time is known', () => {
    expect(sightOf(epoch({ ended: 40, servedMs: 800, busyMs: 1_000, lastedMs: 200, mostBusy: 8 }), { baseMs: 0, wanted: 8, variation: 1, tail: 0 }).busy).toBe(6)
  })

  it('is of the same number, however long the messages took, while that may be chance', () => {
    const busy = [600, 1_000, 2_000].map((servedMs) => sightOf(epoch({ ended: 40, servedMs, busyMs: servedMs, lastedMs: 200, mostBusy: 8 }), { baseMs: 20, wanted: 8, variation: 2, tail: 0 }).busy)
    expect(busy).toEqual([5, 5, 5])
  })

  it('is of the most at work when they took longer than chance explains', () => {
    expect(sightOf(epoch({ ended: 40, servedMs: 1_100, busyMs: 1_100, lastedMs: 200, mostBusy: 8 }), { baseMs: 20, wanted: 8, variation: 0.4, tail: 0 }).busy).toBe(8)
    expect(sightOf(epoch({ ended: 4_000, servedMs: 91_000, busyMs: 91_000, lastedMs: 20_000, mostBusy: 8 }), { baseMs: 20, wanted: 8, variation: 0.4, tail: 0 }).busy).toBe(5)
  })

  it('counts no more of a few long messages than their typical time bears out, whether the line was full or not', () => {
    const long = { ended: 100, servedMs: 95 * 20 + 5 * 1_000, logMs: 100 * Math.log(20), busyMs: 6_900, lastedMs: 1_000, mostBusy: 8 }
    const standard = { baseMs: 20, wanted: 8, variation: 1, tail: Math.log(1.2) }
    expect(sightOf(epoch(long), standard).tookMs).toBeCloseTo(100 * 20 * 1.2 * 1.1)
    expect(sightOf(epoch({ ...long, fullMs: 1_000 }), standard).tookMs).toBeCloseTo(100 * 20 * 1.2 * 1.1)
    expect(sightOf(epoch(long), standard).busy).toBe(3)
  })

  it('believes in a slowdown that has come to all messages', () => {
    const slow = epoch({ ended: 100, servedMs: 6_900, busyMs: 6_900, lastedMs: 1_000, mostBusy: 8 })
    expect(sightOf(slow, { baseMs: 20, wanted: 8, variation: 1, tail: 0 })).toEqual({ busy: 8, ended: 100, tookMs: 6_900 })
  })

  it('is no slowness, early on, of those who have not had the time to end', () => {
    const young = epoch({ ended: 1, servedMs: 20, busyMs: 150, lastedMs: 15, fullMs: 15 })
    expect(earlySight(young, { baseMs: 20, wanted: 10, variation: 1, tail: 0 })).toEqual({ busy: 10, ended: 1, tookMs: 20 })
    const slow = epoch({ ended: 1, servedMs: 20, busyMs: 1_000, lastedMs: 100, fullMs: 100 })
    expect(earlySight(slow, { baseMs: 20, wanted: 10, variation: 1, tail: 0 })).toEqual({ busy: 10, ended: 1, tookMs: 1_000 - 10 * 20 * 2 })
  })

  it('is less sure of slowness, early on, the more the times vary', () => {
    const slow = epoch({ ended: 1, servedMs: 20, busyMs: 2_000, lastedMs: 200, fullMs: 200 })
    const took = [0.5, 2].map((variation) => earlySight(slow, { baseMs: 20, wanted: 10, variation, tail: 6 }).tookMs)
    expect(took).toEqual([2_000 - 10 * 20 * 1.25, 2_000 - 10 * 20 * 5])
  })

  it('is the same early on, while nobody waits', () => {
    const quiet = epoch({ ended: 40, servedMs: 800, busyMs: 1_000, lastedMs: 200, mostBusy: 8 })
    const standard = { baseMs: 20, wanted: 8, variation: 1, tail: 0 }
    expect(earlySight(quiet, standard)).toEqual(sightOf(quiet, standard))
  })

  it('is of a line that was full if it was for more than half of the time', () => {
    expect([99, 100, 101].map((fullMs) => isFull(epoch({ fullMs, lastedMs: 200 })))).toEqual([false, false, true])
  })

  it('grows by samples, and makes do with busy time where nobody sums up the others', () => {
    const one = extend(NO_EPOCH, loadOf({ windowMs: 100, busyMs: 200, completions: 3, maxInFlight: 2, servedMs: 150 }), true)
    expect(one).toMatchObject({ ended: 3, servedMs: 150, busyMs: 200, lastedMs: 100, fullMs: 100, mostBusy: 2 })
    expect(extend(one, loadOf({ windowMs: 50, busyMs: 50, completions: 1, maxInFlight: 4 }), false)).toMatchObject({ ended: 4, servedMs: 200, busyMs: 250, lastedMs: 150, fullMs: 100, mostBusy: 4 })
  })
})
