import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { demand } from '../../src/scaling/demand.js'
import { policyLaws } from '../../src/testing/policy-laws.js'
import { crewModel } from './crew-model.js'
import { loadOf } from './load-of.js'

const policy = demand({ deliveryWaitMs: 100, maxIdleMs: 400 })
const bounds = fc.record({ min: fc.integer({ min: 0, max: 3 }), room: fc.integer({ min: 0, max: 7 }) }).map(({ min, room }) => ({ min, max: Math.max(1, min + room) }))

describe('demand keeps the laws of every policy', () => {
  policyLaws('demand', () => demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 }), { demandDriven: true, maxRise: 1, settlesAfter: 30 }).forEach(({ title, check }) =>
    it(title, () => check()))
})

describe('demand in a group', () => {
  it('accepts a sequential sender at 0, 0, 100, 200, 500 with room for 1, 3 workers at most and 500 ms of work', () => {
    expect(acceptances({ items: 8, max: 3, serviceMs: 500 })).toEqual([0, 0, 100, 200, 500, 600, 700, 1_000])
  })

  it('has the most workers after (max − min) waits of someone who waits all the time', () => {
    fc.assert(fc.property(bounds, ({ min, max }) => {
      const items = Array.from({ length: 1_000 }, () => ({ atMs: 0, serviceMs: 10_000 }))
      const trace = crewModel(policy, { min, max, live: min, everyMs: 10, untilMs: 1_500, items })
      const full = trace.find(({ wanted }) => wanted === max)
      expect(full?.nowMs).toBe((max - min) * 100)
      expect(trace.slice(trace.findIndex(({ wanted }) => wanted === max)).every(({ wanted }) => wanted === max)).toBe(true)
    }))
  })

  it('has exactly the fewest workers after an idle span without work, and keeps those', () => {
    fc.assert(fc.property(bounds, fc.nat(), ({ min, max }, some) => {
      const trace = crewModel(policy, { min, max, live: min + (some % (max - min + 1)), everyMs: 10, untilMs: 2_000, items: [] })
      const settled = trace.filter(({ nowMs }) => nowMs > 400)
      expect(settled.every(({ live, wanted }) => live === min && wanted === min)).toBe(true)
    }))
  })

  it('comes down to the peak in use under a trickle, within an idle span', () => {
    const trickles = fc.record({ k: fc.integer({ min: 1, max: 4 }), everyMs: fc.integer({ min: 3, max: 9 }).map((n) => n * 10), serviceMs: fc.constantFrom(10, 20, 30) })
    fc.assert(fc.property(bounds, trickles, ({ min, max }, { k, everyMs, serviceMs }) => {
      const items = Array.from({ length: 40 * k }, (_, n) => ({ atMs: Math.floor(n / k) * everyMs, serviceMs }))
      const trace = crewModel(policy, { min, max, live: max, everyMs: 10, untilMs: 39 * everyMs, items })
      const settled = trace.filter(({ nowMs }) => nowMs > 420)
      expect(settled.every(({ live }) => live === Math.max(min, Math.min(max, k)))).toBe(true)
    }))
  })

  it('never asks for more than wait while workers are slow to start', () => {
    const burst = fc.record({ items: fc.integer({ min: 1, max: 5 }), acquireMs: fc.integer({ min: 20, max: 100 }).map((n) => n * 10) })
    fc.assert(fc.property(burst, ({ items, acquireMs }) => {
      const burstItems = Array.from({ length: items }, () => ({ atMs: 0, serviceMs: 20_000 }))
      const trace = crewModel(policy, { min: 1, max: 20, live: 1, acquireMs, everyMs: 10, untilMs: 5_000, items: burstItems })
      expect(Math.max(...trace.map(({ wanted }) => wanted))).toBe(items)
      expect(trace.at(-1)?.waiting).toBe(0)
    }))
  })

  it('stays within bounds and serves everything, whatever arrives', () => {
    const arrivals = fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 300 }).map((n) => n * 10), serviceMs: fc.integer({ min: 0, max: 60 }).map((n) => n * 10) }), { maxLength: 60 })
    fc.assert(fc.property(bounds, arrivals, fc.constantFrom(0, 50, 300), ({ min, max }, items, acquireMs) => {
      const trace = crewModel(policy, { min, max, live: min, acquireMs, everyMs: 10, untilMs: 45_000, items })
      expect(trace.every(({ wanted }) => wanted >= min && wanted <= max)).toBe(true)
      expect(trace.at(-1)).toMatchObject({ waiting: 0, busy: 0, live: min })
    }), { numRuns: 20 })
  })
})

interface Sending {
  readonly items: number
  readonly max: number
  readonly serviceMs: number
}

/** When a sender, one offer after the other, is accepted by a line with room for one. */
const acceptances = ({ items, max, serviceMs }: Sending): readonly number[] => {
  const accepted: number[] = []
  const endsAt: number[] = []
  let [state, live, inLine, sinceMs] = [policy.initial, 1, 0, 0]
  for (let nowMs = 0; accepted.length < items; nowMs += 10) {
    const turn = (): void => {
      for (;;) {
        if (inLine > 0 && endsAt.filter((ms) => ms > nowMs).length < live) {
          inLine -= 1
          endsAt.push(nowMs + serviceMs)
        } else if (inLine === 0 && accepted.length < items) {
          inLine += 1
          accepted.push(nowMs)
          sinceMs = nowMs
        } else return
      }
    }
    turn()
    const decision = policy.step(state, loadOf({ nowMs, live, max, waiting: inLine, oldestWaitMs: nowMs - sinceMs }))
    state = decision.state
    live = decision.wanted
    turn()
  }
  return accepted
}
