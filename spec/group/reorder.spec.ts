import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/outcome.js'
import type { Item } from '../../src/group/item.js'
import { Reorder } from '../../src/group/reorder.js'
import { bareItem } from './bare-item.js'

const facts = { message: { id: '1', topic: 't', payload: 1, headers: {}, sentAtMs: 0 }, attempts: 1, waitMs: 0, serviceMs: 0 }
const completed: Outcome = { ...facts, type: 'completed', value: 1 }
const cancelled: Outcome = { ...facts, type: 'cancelled', reason: 'so' }

const setUp = (window: number) => {
  const reorder = new Reorder(window)
  const items = Array.from({ length: 20 }, (_, i) => bareItem(i + 1))
  const left: number[] = []
  const at = (seq: number): Item => items[seq - 1] ?? bareItem(seq)
  const start = (...seqs: readonly number[]): void => seqs.forEach((seq) => reorder.starts(at(seq)))
  const settle = (seq: number, outcome: Outcome = completed): void => reorder.settle(at(seq), outcome, () => left.push(seq))
  return { reorder, left, start, settle }
}

describe('items that leave in order', () => {
  it('wait for those before them', () => {
    const { left, start, settle } = setUp(5)
    start(1, 2, 3)
    settle(3)
    settle(2)
    expect(left).toEqual([])
    settle(1)
    expect(left).toEqual([1, 2, 3])
  })

  it('leave at once, and leave a gap, when they did not complete', () => {
    const { left, start, settle } = setUp(5)
    start(1, 2, 3)
    settle(2, cancelled)
    settle(3)
    expect(left).toEqual([2])
    settle(1, cancelled)
    expect(left).toEqual([2, 1, 3])
  })

  it('fill the window when so many are started or held beyond the oldest', () => {
    const { reorder, start, settle } = setUp(2)
    start(1, 2)
    expect(reorder.full).toBe(false)
    start(3)
    expect(reorder.full).toBe(true)
    settle(2)
    expect(reorder.full).toBe(true)
    settle(1)
    expect(reorder.full).toBe(false)
  })

  it('never fill the window while the oldest has not been started', () => {
    const { reorder, start, settle } = setUp(1)
    start(2, 3, 4)
    settle(2)
    expect(reorder.full).toBe(false)
    start(1)
    expect(reorder.full).toBe(true)
  })

  it('leave in order although one that leaves settles the next', () => {
    const { reorder, left, start, settle } = setUp(5)
    start(1, 2)
    reorder.settle(bareItem(1), completed, () => {
      left.push(1)
      settle(2)
    })
    expect(left).toEqual([1, 2])
  })

  it('all leave, those that completed in order, in whatever order they end', () => {
    const ends = fc.shuffledSubarray(Array.from({ length: 20 }, (_, i) => i + 1), { minLength: 20 })
    fc.assert(fc.property(ends, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (order, completes) => {
      const { left, start, settle } = setUp(3)
      start(...order)
      for (const seq of order) settle(seq, completes[seq - 1] === true ? completed : cancelled)
      const kept = left.filter((seq) => completes[seq - 1] === true)
      expect(left.length).toBe(20)
      expect(kept).toEqual(kept.toSorted((a, b) => a - b))
    }))
  })
})
