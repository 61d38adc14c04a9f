import { describe, expect, it } from 'vitest'
import { NatsPulse } from '../../../src/bus/nats/nats-pulse.js'

describe('what is seen now', () => {
  it('was sent now, while the pulse goes', () => {
    const pulse = new NatsPulse(100, 0)
    pulse.beat(100)
    expect([pulse.sentMs(150), pulse.sentMs(299)]).toEqual([150, 299])
  })

  it('may have been sent since the last beat, when the loop was blocked until now', () => {
    const pulse = new NatsPulse(100, 0)
    pulse.beat(100)
    expect(pulse.sentMs(5_000)).toBe(100)
  })

  it('may have been sent before the pause even after the first beat, for timers come before sockets', () => {
    const pulse = new NatsPulse(100, 0)
    pulse.beat(100)
    pulse.beat(5_000)
    expect(pulse.sentMs(5_001)).toBe(100)
    pulse.beat(5_100)
    expect(pulse.sentMs(5_101)).toBe(5_101)
  })
})
