import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Line } from '../../../src/bus/memory-line.js'
import { type Timed, TimeLimit } from '../../../src/bus/rabbitmq/time-limit.js'

class Item implements Timed<Item> {
  line: Line<Item> | undefined = undefined
  before: Item | undefined = undefined
  after: Item | undefined = undefined
  dueMs = 0
}

const stand = () => {
  const scheduler = new VirtualTimeScheduler()
  const over: [number, Item][] = []
  const limit = new TimeLimit<Item>(scheduler, 100, (item) => over.push([scheduler.frame, item]))
  const at = (ms: number, act: () => void): void => void scheduler.schedule(act, ms)
  return { scheduler, over, limit, at }
}

describe('a TimeLimit', () => {
  it('tells of each when its own time is over, also when an earlier one is out by then', () => {
    const { scheduler, over, limit, at } = stand()
    const [a, b, c] = [new Item(), new Item(), new Item()]
    limit.add(a)
    at(30, () => limit.add(b))
    at(50, () => limit.remove(a))
    at(60, () => limit.add(c))
    scheduler.flush()
    expect(over).toEqual([[130, b], [160, c]])
    expect(limit.isEmpty).toBe(true)
  })

  it('begins anew for what is added again', () => {
    const { scheduler, over, limit, at } = stand()
    const item = new Item()
    limit.add(item)
    at(90, () => limit.add(item))
    scheduler.flush()
    expect(over).toEqual([[190, item]])
  })

  it('tells nothing of what was cleared, and keeps no timer', () => {
    const { scheduler, over, limit } = stand()
    const item = new Item()
    limit.add(item)
    expect(limit.clear()).toEqual([item])
    expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([])
    scheduler.flush()
    expect(over).toEqual([])
  })
})
