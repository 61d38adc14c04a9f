import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lotOf, storedAtMs } from '../../../src/bus/nats/nats-lot.js'

const SHORT = '$JS.ACK.orders.group.3.17.20.1700000000123456789.4'
const LONG = '$JS.ACK.hub.ACCOUNTHASH.orders.group.3.17.20.1700000000123456789.4.random'

describe('the subject of an acknowledgement', () => {
  it.each([SHORT, LONG])('tells attempt, number and time: %s', (subject) => {
    const lot = lotOf(subject)
    expect(lot).toEqual({ subject, attempt: 3, sequence: 17 })
    expect(lot && storedAtMs(lot)).toBe(1_700_000_000_123)
  })

  it.each(['', '$JS.ACK.', '_INBOX.abc', '$JS.ACK.orders.group.0.17.20.1.4', '$JS.ACK.a.b.x.17.20.1.4', '$JS.ACK.a.b.1'])('of no delivery is none: %j', (subject) => {
    expect(lotOf(subject)).toBeUndefined()
  })

  it('never throws, whatever came', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('.', '1', 'a', '-') }), (rest) => {
      const lot = lotOf(`$JS.ACK.${rest}`)
      return lot === undefined || (lot.attempt > 0 && lot.sequence > 0)
    }))
  })
})
