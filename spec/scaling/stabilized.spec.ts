import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { stabilized } from '../../src/scaling/stabilized.js'
import { brokenLoads, loads, policyLaws } from '../support/policy-laws.js'
import { loadOf } from './load-of.js'
import { answersOf, asManyAsWait, checkLaws, policies, timeline, wantedOf } from './small-policies.js'

const quick = (): ReturnType<typeof demand> => demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 })
const spans = fc.constantFrom(0, 1, 500, 3_000, 60_000)

describe('stabilized keeps the laws of every policy', () => {
  const laws = [
    ...policyLaws('stabilized(demand)', () => stabilized(quick(), { upMs: 3_000, downMs: 60_000 }), { demandDriven: true, settlesAfter: 40 }),
    ...policyLaws('stabilized(fixed)', () => stabilized(fixed(7)), { demandDriven: true, settlesAfter: 6 }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))

  it('around any policy that keeps them', () => {
    fc.assert(fc.property(spans, spans, (upMs, downMs) => {
      checkLaws((policy) => policyLaws(policy.name, () => stabilized(policy, { upMs, downMs })), { numRuns: 3, each: 12 })
    }), { numRuns: 8 })
  })
})

describe('stabilized', () => {
  it('comes down to the highest that was wanted in the window, and rises at once', () => {
    const policy = stabilized(asManyAsWait, { upMs: 0, downMs: 100 })
    expect(wantedOf(policy, timeline([0, 5], [50, 9], [60, 2], [149, 2], [150, 2], [159, 1], [250, 1])())).toEqual([5, 9, 9, 9, 2, 2, 1])
  })

  it('rises to the lowest that was wanted in the window', () => {
    const policy = stabilized(asManyAsWait, { upMs: 100, downMs: 0 })
    expect(wantedOf(policy, timeline([0, 5], [50, 9], [60, 7], [99, 9], [100, 9], [149, 9], [160, 9])({ live: 5 }))).toEqual([5, 5, 5, 5, 7, 7, 9])
  })

  it('counts what was wanted exactly a window ago no more', () => {
    const policy = stabilized(asManyAsWait, { downMs: 100 })
    expect(wantedOf(policy, timeline([0, 8], [99, 1], [100, 1])())).toEqual([8, 8, 1])
  })

  it('takes the workers alive at the first sample as the first that was wanted', () => {
    expect(wantedOf(stabilized(asManyAsWait, { downMs: 100 }), timeline([0, 1], [99, 1], [100, 1])({ live: 6 }))).toEqual([6, 6, 1])
    expect(wantedOf(stabilized(asManyAsWait, { downMs: 100 }), timeline([0, 1], [99, 1])({ live: Number.NaN }))).toEqual([1, 1])
  })

  it('waits five minutes before it comes down, and not at all before it rises, unless told', () => {
    expect(wantedOf(stabilized(asManyAsWait), timeline([0, 3], [10, 8], [300_009, 1], [300_010, 1])())).toEqual([3, 8, 8, 1])
  })

  it('says that a past recommendation holds it, or that a bound does, or else why its policy answered so', () => {
    const answers = answersOf(stabilized(asManyAsWait, { downMs: 100 }), [
      loadOf({ waiting: 5 }),
      loadOf({ nowMs: 10, waiting: 2 }),
      loadOf({ nowMs: 20, waiting: 2, max: 3 }),
    ])
    expect(answers.map(({ wanted, reason }) => [wanted, reason])).toEqual([[5, 'withinRange'], [5, 'stabilised'], [3, 'limited']])
  })

  it('without windows says what its policy says', () => {
    fc.assert(fc.property(policies, fc.array(fc.oneof(loads, brokenLoads), { maxLength: 20 }), (policy, past) => {
      const plain = answersOf(policy, past)
      const same = answersOf(stabilized(policy, { upMs: 0, downMs: 0 }), past)
      const within = (at: number, wanted: number): boolean => wanted >= (past[at]?.min ?? 0) && wanted <= (past[at]?.max ?? 0)
      plain.forEach(({ wanted, reason }, at) => {
        if (within(at, wanted)) expect(same[at]).toMatchObject({ wanted, reason })
        else expect(same[at]?.reason).toBe('limited')
      })
    }))
  })

  it('lies between the last answer and what its policy wants', () => {
    fc.assert(fc.property(policies, spans, spans, fc.array(loads, { minLength: 2, maxLength: 20 }), (policy, upMs, downMs, past) => {
      const free = past.map((load) => ({ ...load, min: 0, max: 1_000 }))
      const plain = wantedOf(policy, free).map((count) => Math.max(0, count))
      const wanted = wantedOf(stabilized(policy, { upMs, downMs }), free)
      wanted.slice(1).forEach((now, at) => {
        const ends = [wanted[at] ?? 0, plain[at + 1] ?? 0]
        expect(now >= Math.min(...ends) && now <= Math.max(...ends)).toBe(true)
      })
    }))
  })

  it('says exactly what a list of all past recommendations would', () => {
    fc.assert(fc.property(policies, spans, spans, fc.array(fc.oneof(loads, brokenLoads), { maxLength: 40 }), (policy, upMs, downMs, given) => {
      const past = given.map((load) => ({ ...load, min: 0, max: 1_000 }))
      expect(wantedOf(stabilized(policy, { upMs, downMs }), past)).toEqual(byTheBook(wantedOf(policy, past), past, upMs, downMs))
    }))
  })

  it('remembers no more than there are different numbers, however often it is asked', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => loadOf({ nowMs: at, waiting: (at * 7) % 11, max: 20 }))
    expect(JSON.stringify(answersOf(stabilized(asManyAsWait, { upMs: 60_000, downMs: 60_000 }), many).at(-1)?.state).length).toBeLessThan(800)
  })

  it('is asked again when a worker has been idle for the window, so that it comes down also after the last item', () => {
    expect(stabilized(fixed(1)).wake).toEqual({ idledMs: 300_000 })
    expect(stabilized(demand(), { downMs: 0 }).wake).toEqual(demand().wake)
    expect(stabilized(demand(), { downMs: 10 })).toMatchObject({ name: 'stabilized(demand)', wake: { waitedMs: 500, idledMs: 10 } })
  })

  it('refuses what is no policy and no span', () => {
    expect(() => Reflect.apply(stabilized, undefined, [null, { upMs: -1, downMs: Number.NaN }])).toThrow(OptionsError)
    expect(() => Reflect.apply(stabilized, undefined, [null, { upMs: -1, downMs: 'long' }])).toThrow(/^stabilized: policy should be a scaling policy.*upMs should be.*downMs should be/)
  })
})

/** Kubernetes' rule by the book: every recommendation is kept, the workers alive first. */
const byTheBook = (recommended: readonly number[], past: readonly LoadSample[], upMs: number, downMs: number): readonly number[] => {
  const kept: { readonly atMs: number; readonly wanted: number }[] = []
  let [nowMs, current] = [0, 0]
  return past.map((load, at) => {
    if (Number.isFinite(load.nowMs)) nowMs = Math.max(nowMs, load.nowMs)
    const wanted = Math.max(0, recommended[at] ?? 0)
    if (at === 0) {
      current = Number.isSafeInteger(load.live) && load.live >= 0 ? load.live : wanted
      kept.push({ atMs: nowMs, wanted: current })
    }
    const since = (windowMs: number): readonly number[] => [wanted, ...kept.filter(({ atMs }) => nowMs - atMs < windowMs).map((one) => one.wanted)]
    const [up, down] = [Math.min(...since(upMs)), Math.max(...since(downMs))]
    kept.push({ atMs: nowMs, wanted })
    current = Math.min(down, Math.max(up, current))
    return current
  })
}
