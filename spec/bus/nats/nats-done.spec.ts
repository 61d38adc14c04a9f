import { describe, expect, it } from 'vitest'
import { NatsDone } from '../../../src/bus/nats/nats-done.js'

const done = (...numbers: readonly number[]): NatsDone => {
  const some = new NatsDone()
  for (const number of numbers) some.add(number)
  return some
}

describe('what was acknowledged', () => {
  it('is not looked up while the consumer is the same: what comes again is to be handled again', () => {
    expect(done(1, 2).has(1)).toBe(false)
  })

  it('is known when the consumer begins anew', () => {
    const some = done(1, 3)
    some.startAgain()
    expect([1, 2, 3].map((number) => some.has(number))).toEqual([true, false, true])
  })

  it('is forgotten up to the floor, which never falls', () => {
    const some = done(1, 2, 3, 5)
    some.settledUpTo(3)
    some.settledUpTo(2)
    expect([some.floor, some.size]).toEqual([3, 1])
    some.startAgain()
    expect([some.has(3), some.has(5)]).toEqual([false, true])
  })

  it('means nothing for another stream', () => {
    const some = done(1)
    some.settledUpTo(1)
    some.add(2)
    some.startAgain()
    some.clear()
    expect([some.has(2), some.floor, some.size]).toEqual([false, 0, 0])
  })
})

describe('a delivery', () => {
  const lot = (sequence: number, attempt: number): { sequence: number; attempt: number } => ({ sequence, attempt })

  it('that was noted is a copy when it comes once more, and so is an earlier one; a later one is not', () => {
    const some = new NatsDone()
    some.note(lot(7, 2))
    expect([1, 2, 3].map((attempt) => some.isCopy(lot(7, attempt)))).toEqual([true, true, false])
    expect(some.isCopy(lot(8, 1))).toBe(false)
  })

  it('is forgotten with its message, and with a consumer whose numbers begin anew', () => {
    const [settled, again, other] = [new NatsDone(), new NatsDone(), new NatsDone()]
    for (const some of [settled, again, other]) some.note(lot(7, 1))
    settled.settledUpTo(7)
    again.startAgain()
    other.clear()
    expect([settled, again, other].map((some) => some.isCopy(lot(7, 1)))).toEqual([false, false, false])
  })

  it('of what is over is told as such, however it is counted, if it was noted', () => {
    const some = done(6)
    some.note(lot(7, 1))
    some.add(7)
    some.note(lot(7, 2))
    expect([6, 7].map((sequence) => some.has(sequence))).toEqual([false, true])
  })

  it('that was given back unseen is not counted, and is not the same as the next', () => {
    const some = new NatsDone()
    expect(some.seen(lot(7, 3))).toEqual(lot(7, 3))
    some.giveBack(lot(7, 1))
    some.giveBack(lot(7, 2))
    expect([some.seen(lot(7, 3)), some.seen(lot(8, 3)), some.isCopy(lot(7, 2)), some.isCopy(lot(7, 3))]).toEqual([lot(7, 1), lot(8, 3), true, false])
    some.settledUpTo(7)
    expect(some.seen(lot(7, 3))).toEqual(lot(7, 3))
  })
})
