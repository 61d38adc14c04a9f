import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Kept, LeaseKeeper } from '../../src/bus/lease-keeper.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (options: { leaseMs?: number; maxLeaseMs?: number } = {}) => {
  const time = new VirtualTime()
  const keeper = new LeaseKeeper({ leaseMs: 90, scheduler: time, ...options })
  const renewals: unknown[] = []
  const letGo: unknown[] = []
  const keep = (name: string, answer: () => Promise<boolean> = () => Promise.resolve(true)): Kept => {
    const kept: Kept = {
      line: undefined, before: undefined, after: undefined, dueMs: 0, untilMs: 0,
      extend: () => {
        renewals.push([name, time.now()])
        return answer()
      },
      onLetGo: () => letGo.push([name, time.now()]),
    }
    keeper.keep(kept)
    return kept
  }
  return { time, keeper, keep, renewals, letGo }
}

describe('a keeper of leases', () => {
  it('renews each at the thirds of its own lease, by a single timer', () => {
    const { time, keep, renewals } = setUp()
    keep('a')
    time.jump(10)
    keep('b')
    expect(time.scheduled).toBe(1)
    time.jump(60)
    expect([renewals, time.scheduled]).toEqual([[['a', 30], ['b', 40], ['a', 60], ['b', 70]], 1])
  })

  it('has no timer once nothing is kept', () => {
    const { time, keeper, keep, renewals } = setUp()
    const a = keep('a')
    keeper.release(keep('b'))
    expect(time.scheduled).toBe(1)
    keeper.release(a)
    keeper.release(a)
    time.jump(100)
    expect([renewals, time.scheduled]).toEqual([[], 0])
  })

  it('lets go of what would outlast the cap, counted from its own beginning', () => {
    const { time, keep, renewals, letGo } = setUp({ maxLeaseMs: 160 })
    keep('a')
    time.jump(25)
    keep('b')
    time.jump(1_000)
    expect([renewals, letGo, time.scheduled]).toEqual([[['a', 30], ['b', 55], ['a', 60], ['b', 85]], [['a', 90], ['b', 115]], 0])
  })

  it('lets go of what was lost, and of nothing whose renewal fails or throws', async () => {
    const { time, keep, renewals, letGo } = setUp()
    keep('throws', () => { throw new Error('no connection') })
    keep('fails', () => Promise.reject(new Error('no connection')))
    keep('lost', () => Promise.resolve(false))
    await time.advance(60)
    expect([renewals, letGo]).toEqual([[['throws', 30], ['fails', 30], ['lost', 30], ['throws', 60], ['fails', 60]], [['lost', 30]]])
  })

  it('comes to an end with thirds and moments that are no whole numbers', () => {
    const { time, keep, renewals } = setUp({ leaseMs: 100 })
    time.jump(1_000_000.1)
    keep('a')
    time.jump(1_010)
    expect(renewals.length).toBe(30)
  })

  it('is on time for each, whatever comes and goes in between', () => {
    const steps = fc.array(fc.record({ gap: fc.nat(50), release: fc.option(fc.nat(30)) }), { maxLength: 30 })
    fc.assert(fc.property(steps, fc.integer({ min: 1, max: 40 }), (script, thirdMs) => {
      const { time, keeper, keep, renewals } = setUp({ leaseMs: thirdMs * 3 })
      const kept: { readonly lease: Kept; readonly fromMs: number; toMs: number }[] = []
      script.forEach(({ gap, release }, index) => {
        time.jump(gap)
        const gone = release === null ? undefined : kept[release]
        if (gone !== undefined) {
          keeper.release(gone.lease)
          gone.toMs = Math.min(gone.toMs, time.now())
        }
        kept.push({ lease: keep(String(index)), fromMs: time.now(), toMs: Infinity })
        expect(time.scheduled).toBe(1)
      })
      time.jump(200)
      const due = kept.flatMap(({ fromMs, toMs }, index) =>
        Array.from({ length: Math.floor((Math.min(toMs, time.now()) - fromMs) / thirdMs) }, (_, turn) => [String(index), fromMs + (turn + 1) * thirdMs]))
      const sorted = (all: readonly unknown[]): readonly string[] => all.map((each) => JSON.stringify(each)).toSorted()
      expect(sorted(renewals)).toEqual(sorted(due))
    }))
  })
})
