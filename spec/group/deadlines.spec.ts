import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cancelDeadline, Deadlines } from '../../src/group/deadlines.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (spanMs = 50) => {
  const time = new VirtualTime()
  const deadlines = new Deadlines(spanMs, time)
  const fired: unknown[] = []
  const set = (name: string, then?: () => void) => deadlines.set(time.now(), () => {
    fired.push([name, time.now()])
    then?.()
  })
  return { time, deadlines, fired, set }
}

describe('deadlines of one span', () => {
  it('fall due after it, each on its own, by a single timer', () => {
    const { time, fired, set } = setUp()
    set('a')
    time.jump(20)
    set('b')
    expect(time.scheduled).toBe(1)
    time.jump(100)
    expect(fired).toEqual([['a', 50], ['b', 70]])
    expect(time.scheduled).toBe(0)
  })

  it('call nothing once they are cancelled', () => {
    const { time, fired, set } = setUp()
    const a = set('a')
    set('b')
    cancelDeadline(a)
    cancelDeadline(undefined)
    time.jump(100)
    expect(fired).toEqual([['b', 50]])
  })

  it('are not late when one that falls due sets another', () => {
    const { time, fired, set } = setUp()
    set('a', () => set('c'))
    time.jump(20)
    set('b')
    time.jump(200)
    expect(fired).toEqual([['a', 50], ['b', 70], ['c', 100]])
  })

  it('are all forgotten when they are closed', () => {
    const { time, deadlines, fired, set } = setUp()
    set('a')
    deadlines.close()
    time.jump(100)
    expect({ fired, scheduled: time.scheduled }).toEqual({ fired: [], scheduled: 0 })
  })

  it('are on time, whatever is set and cancelled in between', () => {
    const steps = fc.array(fc.record({ gap: fc.nat(40), cancels: fc.boolean(), sets: fc.boolean() }), { maxLength: 30 })
    fc.assert(fc.property(steps, fc.integer({ min: 1, max: 60 }), (script, spanMs) => {
      const { time, fired, set } = setUp(spanMs)
      const due: unknown[] = []
      script.forEach(({ gap, cancels, sets }, index) => {
        time.jump(gap)
        const atMs = time.now() + spanMs
        const deadline = set(String(index), sets ? () => set(`${index}+`) : undefined)
        if (cancels) cancelDeadline(deadline)
        else due.push([String(index), atMs], ...(sets ? [[`${index}+`, atMs + spanMs]] : []))
      })
      time.jump(1_000)
      const sorted = (all: readonly unknown[]): readonly string[] => all.map((each) => JSON.stringify(each)).toSorted()
      expect(sorted(fired)).toEqual(sorted(due))
    }))
  })
})
