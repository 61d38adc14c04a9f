import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claimedOf, entriesOf, groupStateOf, refusalsOf, streamsOf, stringsOf, takenAtMs } from '../../../src/bus/redis/redis-reply.js'

const ENTRIES = [['1-0', ['m', 'a']], ['2-0', ['m', 'b', 'n', 'c']]]
const READ = [{ id: '1-0', fields: ['m', 'a'] }, { id: '2-0', fields: ['m', 'b', 'n', 'c'] }]

describe('what a read answered', () => {
  it.each<readonly [string, unknown]>([
    ['a list of pairs', [['s', ENTRIES], ['w', [['3-0', ['w', '1']]]]]],
    ['a flat list', ['s', ENTRIES, 'w', [['3-0', ['w', '1']]]]],
    ['an object', { s: ENTRIES, w: [['3-0', ['w', '1']]] }],
    ['a map', new Map([['s', ENTRIES], ['w', [['3-0', ['w', '1']]]]])],
  ])('is read from %s', (_, reply) => {
    expect(streamsOf(reply)).toEqual([['s', READ], ['w', [{ id: '3-0', fields: ['w', '1'] }]]])
  })

  it('is nothing when the wait was over', () => {
    expect([streamsOf(null), streamsOf(undefined), streamsOf([])]).toEqual([[], [], []])
  })

  it('leaves out what was deleted meanwhile', () => {
    expect(entriesOf([null, ['1-0', null], ['2-0', ['m', 'b', 'n', 'c']], 'odd'])).toEqual([READ[1]])
  })

  it('bears what cannot be made a string', () => {
    const strange = { toString: '' }
    expect(stringsOf(['a', strange])).toEqual(['a', '[object Object]'])
    expect(streamsOf([[strange, []]])).toEqual([['[object Object]', []]])
  })

  it('never throws, whatever came', () => {
    fc.assert(fc.property(fc.anything(), (reply) => {
      for (const read of [streamsOf, entriesOf, claimedOf, groupStateOf, refusalsOf, stringsOf]) expect(() => read(reply)).not.toThrow()
    }))
  })
})

describe('what scripts answered', () => {
  it('tells what was taken over, how often it was delivered before, and why', () => {
    const reply = [['1-0', 2, 'retry', ['m', 'a']], ['2-0', '1', 'lease', ['m', 'b']]]
    expect(claimedOf(reply)).toEqual([
      { id: '1-0', deliveries: 2, by: 'retry', fields: ['m', 'a'] },
      { id: '2-0', deliveries: 1, by: 'lease', fields: ['m', 'b'] },
    ])
  })

  it('tells the server\'s clock and when a retry is due, if one waits', () => {
    expect(groupStateOf([1_000, 1_500])).toEqual({ nowMs: 1_000, nextDueMs: 1_500 })
    expect(groupStateOf([1_000, -1])).toEqual({ nowMs: 1_000, nextDueMs: undefined })
  })

  it('tells the place of each settlement that was refused, and why', () => {
    expect([...refusalsOf([2, '', 5, 'WRONGTYPE no'])]).toEqual([[2, ''], [5, 'WRONGTYPE no']])
    expect(refusalsOf([]).size).toBe(0)
  })
})

describe('the id of an entry', () => {
  it.each([['1700000000000-3', 1_700_000_000_000], ['5', 5], ['odd', 0]])('%s was taken at %i', (id, ms) => {
    expect(takenAtMs(id)).toBe(ms)
  })
})
