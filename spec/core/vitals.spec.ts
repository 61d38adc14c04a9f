import { describe, expect, expectTypeOf, it } from 'vitest'
import { type MemoryMeter, nodeVitals, type Vitals } from '../../src/core/vitals.js'

interface Reading {
  readonly busyMs: number
  readonly allMs: number
}

/** An event loop whose times are told to it. */
const eventLoop = () => {
  let now: Reading = { busyMs: 0, allMs: 0 }
  return {
    pass: (busyMs: number, idleMs: number): void => {
      now = { busyMs: now.busyMs + busyMs, allMs: now.allMs + busyMs + idleMs }
    },
    eventLoopUtilization: (since: Reading = { busyMs: 0, allMs: 0 }): Reading & { readonly utilization: number } => {
      const [busyMs, allMs] = [now.busyMs - since.busyMs, now.allMs - since.allMs]
      return { ...now, utilization: allMs === 0 ? 0 : busyMs / allMs }
    },
  }
}

const memory = (used: number, available: number): MemoryMeter => ({ memoryUsage: { rss: () => used }, availableMemory: () => available })

describe('nodeVitals', () => {
  it("tells the event loop's share of the span since it was made, then since the call before", () => {
    const loop = eventLoop()
    loop.pass(100, 0)
    const vitals = nodeVitals(loop, memory(1, 1))
    loop.pass(30, 70)
    expect(vitals().eventLoopUtilization).toBe(0.3)
    loop.pass(90, 10)
    expect(vitals().eventLoopUtilization).toBe(0.9)
  })

  it('tells the memory used as a share of itself and what is available', () => {
    expect(nodeVitals(eventLoop(), memory(300, 100))().memory).toBe(0.75)
  })

  it('goes without memory where Node cannot tell what is available', () => {
    expect(nodeVitals(eventLoop(), { memoryUsage: { rss: () => 1 } })().memory).toBeUndefined()
  })

  it('takes what Node has, and measures shares', () => {
    const vitals = nodeVitals(performance, process)
    expectTypeOf(vitals).toEqualTypeOf<Vitals>()
    for (const share of Object.values(vitals())) {
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }
  })
})
