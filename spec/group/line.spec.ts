import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../src/group/item.js'
import { Line } from '../../src/group/line.js'
import { bareItem } from './bare-item.js'

let seq = 0

const item = (key?: string, acceptedMs = 0): Item => {
  const made = bareItem(++seq, acceptedMs)
  made.key = key
  return made
}

const lineOf = (...items: readonly Item[]): Line => {
  const line = new Line()
  for (const each of items) line.push(each)
  return line
}

const end = (line: Line, ended: Item): void => {
  ended.place = 'settled'
  line.release(ended)
}

const withdraw = (line: Line, gone: Item): void => {
  gone.place = 'settled'
  line.withdraw()
}

describe('the line of a group', () => {
  it('is first come, first served', () => {
    const [a, b] = [item(), item()]
    const line = lineOf(a, b)
    expect([line.waiting, line.take(), line.take(), line.take(), line.waiting]).toEqual([2, a, b, undefined, 0])
  })

  it('opens what it gives', () => {
    const a = item()
    lineOf(a).take()
    expect(a.open).toBe(true)
  })

  it('gives one item of a key at a time', () => {
    const [a1, a2, b1] = [item('a'), item('a'), item('b')]
    const line = lineOf(a1, a2, b1)
    expect([line.ready, line.take(), line.take(), line.take()]).toEqual([2, a1, b1, undefined])
    end(line, a1)
    expect([line.ready, line.take()]).toEqual([1, a2])
  })

  it('gives first what comes back from a retry', () => {
    const [a, b] = [item(), item()]
    const line = lineOf(a, b)
    line.take()
    a.place = 'retrying'
    line.pushBack(a, 5)
    expect([line.hasReturned, line.returned(), line.take(), line.hasReturned]).toEqual([true, [a], a, false])
  })

  it('tells since when what came back waits, and what is next after it', () => {
    const [a, b, c] = [item(undefined, 1), item(undefined, 7), item(undefined, 2)]
    const line = lineOf(a, c, b)
    for (const taken of [line.take(), line.take()]) if (taken !== undefined) taken.place = 'retrying'
    line.pushBack(a, 5)
    expect(line.oldestMs()).toBe(5)
    line.pushBack(c, 6)
    a.place = 'settled'
    expect(line.oldestMs()).toBe(6)
    line.take()
    expect(line.oldestMs()).toBe(7)
  })

  it('passes over what came back and has ended since', () => {
    const a = item()
    const line = lineOf(a)
    line.take()
    a.place = 'retrying'
    line.pushBack(a, 5)
    a.place = 'settled'
    expect([line.returned(), line.take()]).toEqual([[], undefined])
  })

  it('passes over what was withdrawn', () => {
    const [a, b, c1, c2] = [item(), item(), item('c'), item('c')]
    const line = lineOf(a, b, c1, c2)
    withdraw(line, a)
    withdraw(line, c1)
    expect([line.waiting, line.all(), line.take(), line.take(), line.take()]).toEqual([2, [b, c2], b, c2, undefined])
  })

  it('tells since when what is next has waited, and passes over what was withdrawn', () => {
    const [a1, a2, b] = [item('a', 1), item('a', 2), item(undefined, 3)]
    const line = lineOf(a1, a2, b)
    expect(line.oldestMs()).toBe(1)
    withdraw(line, a1)
    expect(line.oldestMs()).toBe(2)
    withdraw(line, a2)
    expect(line.oldestMs()).toBe(3)
    withdraw(line, b)
    expect(line.oldestMs()).toBeUndefined()
    const again = item('a', 9)
    line.push(again)
    expect([line.oldestMs(), line.take()]).toEqual([9, again])
  })

  it('forgets a key that is idle, and holds none for what was withdrawn', () => {
    const [a1, a2] = [item('a'), item('a')]
    const line = lineOf(a1)
    line.take()
    end(line, a1)
    line.push(a2)
    expect([line.ready, line.take()]).toEqual([1, a2])
  })

  it('does not keep what was withdrawn by the thousand', () => {
    const line = new Line()
    for (let i = 0; i < 10_000; i += 1) {
      const gone = item()
      line.push(gone)
      withdraw(line, gone)
    }
    expect({ waiting: line.waiting, few: line.ready < 200 }).toEqual({ waiting: 0, few: true })
  })

  it('does as the simplest line would, whatever is done to it', () => {
    const keys = fc.constantFrom('a', 'b', undefined)
    const steps = fc.array(fc.oneof(
      fc.record({ do: fc.constant('push' as const), key: keys }),
      fc.record({ do: fc.constantFrom('take' as const, 'end' as const, 'withdraw' as const), at: fc.nat(20) }),
    ), { maxLength: 60, size: 'max' })
    fc.assert(fc.property(steps, (script) => {
      const line = new Line()
      const waiting: Item[] = []
      const open: Item[] = []
      for (const step of script) {
        if (step.do === 'push') {
          const pushed = item(step.key)
          waiting.push(pushed)
          line.push(pushed)
        } else if (step.do === 'take') {
          const taken = line.take()
          const free = waiting.filter(({ key }) => key === undefined || !open.some((other) => other.key === key))
          expect(taken === undefined).toBe(free.length === 0)
          if (taken === undefined) continue
          expect(free).toContain(taken)
          // Of its key it is the first.
          expect(waiting.find(({ key }) => key === taken.key)).toBe(taken)
          waiting.splice(waiting.indexOf(taken), 1)
          open.push(taken)
        } else if (step.do === 'end') {
          const [ended] = open.splice(step.at % Math.max(1, open.length), 1)
          if (ended !== undefined) end(line, ended)
        } else {
          const [gone] = waiting.splice(step.at % Math.max(1, waiting.length), 1)
          if (gone !== undefined) withdraw(line, gone)
        }
        expect(line.waiting).toBe(waiting.length)
        expect(line.all()).toEqual(waiting)
      }
    }), { numRuns: 200 })
  })
})
