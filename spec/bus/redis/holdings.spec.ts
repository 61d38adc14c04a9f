import * as fc from 'fast-check'
import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { Holdings } from '../../../src/bus/redis/holdings.js'
import { RedisDelivery, type RedisLender } from '../../../src/bus/redis/redis-delivery.js'
import { left } from '../../../src/core/either.js'

const lender: RedisLender = { settle: () => Promise.resolve(true), extend: () => Promise.resolve(true) }
const delivery = (id: string, dueMs: number): RedisDelivery => new RedisDelivery(lender, id, left({ reason: '', raw: '' }), 1, dueMs)

const stand = () => {
  const scheduler = new VirtualTimeScheduler()
  const told = { freed: 0 }
  const holdings = new Holdings(scheduler, () => void (told.freed += 1))
  const pass = (untilMs: number): void => {
    scheduler.maxFrames = untilMs
    scheduler.flush()
    scheduler.frame = untilMs
  }
  return { holdings, pass, told }
}

describe('what a consumer may ask for', () => {
  it('is its limit less what it holds and what a read may bring, and never less than nothing', () => {
    const step = fc.oneof(
      fc.record({ limit: fc.nat(20) }),
      fc.record({ reading: fc.nat(20) }),
      fc.record({ add: fc.nat(10).map(String) }),
      fc.record({ remove: fc.nat(10).map(String) }),
    )
    fc.assert(fc.property(fc.array(step), (steps) => {
      const { holdings } = stand()
      const held = new Map<string, RedisDelivery>()
      let [limit, reading] = [0, 0]
      for (const one of steps) {
        if ('limit' in one) holdings.limit = limit = one.limit
        else if ('reading' in one) holdings.reading = reading = one.reading
        else if ('add' in one) {
          const made = delivery(one.add, 1_000)
          holdings.add(made)
          held.set(one.add, made)
        } else {
          const gone = held.get(one.remove)
          if (gone !== undefined) holdings.remove(gone)
          held.delete(one.remove)
        }
        expect([holdings.credit, holdings.size]).toEqual([Math.max(0, limit - held.size - reading), held.size])
        expect(holdings.isOverdrawn).toBe(reading > 0 && held.size + reading > limit)
      }
    }))
  })

  it('is told of each time there may be more of it', () => {
    const { holdings, told } = stand()
    const held = delivery('1', 1_000)
    holdings.limit = 1
    holdings.add(held)
    holdings.remove(held)
    expect(told.freed).toBe(2)
  })
})

describe('a lease', () => {
  it('ends when it is due, and not when it was renewed', () => {
    const { holdings, pass } = stand()
    const [one, other] = [delivery('1', 100), delivery('2', 100)]
    holdings.add(one)
    holdings.add(other)
    pass(60)
    holdings.renew(other, 160)
    pass(100)
    expect([one.lost.aborted, holdings.holds(one), other.lost.aborted, holdings.holds(other)]).toEqual([true, false, false, true])
    pass(160)
    expect(other.lost.aborted).toBe(true)
  })

  it('ends when the message is delivered here once more', () => {
    const { holdings } = stand()
    const [before, after] = [delivery('1', 100), delivery('1', 100)]
    holdings.add(before)
    holdings.add(after)
    expect([before.lost.aborted, holdings.holds(before), holdings.holds(after), holdings.size]).toEqual([true, false, true, 1])
  })

  it('ends for all when the consumer leaves', () => {
    const { holdings } = stand()
    const all = ['1', '2'].map((id) => delivery(id, 100))
    all.forEach((each) => holdings.add(each))
    holdings.loseAll('gone')
    expect([all.map(({ lost }) => String(lost.reason)), holdings.size]).toEqual([['Error: gone', 'Error: gone'], 0])
  })
})
