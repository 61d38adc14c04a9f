import { describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { withinBounds } from '../../src/scaling/bounds.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingDecision, ScalingPolicy } from '../../src/scaling/policy.js'
import type { Law } from '../../src/testing/law.js'
import { policyLaws, type PolicyLawOptions } from '../../src/testing/policy-laws.js'
import { untyped } from '../hub/hub-stand.js'

const SEEDED = { seed: 42, numRuns: 300 }

/** A policy without memory, kept within bounds. */
const plain = (wanted: (load: LoadSample) => number): ScalingPolicy<null> => ({
  name: 'plain', initial: null, step: (state, load) => ({ state, wanted: withinBounds(wanted(load), load), reason: 'withinRange' }),
})

/** A policy that remembers its last answer, and asks for the next by it and the load. */
const moving = (next: (last: number, load: LoadSample) => number): ScalingPolicy<number> => ({
  name: 'moving', initial: 0,
  step: (last, load) => {
    const wanted = withinBounds(next(last, load), load)
    return { state: wanted, wanted, reason: 'withinRange' }
  },
})

const known = (value: number): number => (Number.isSafeInteger(value) && value >= 0 ? value : 0)

const breaking = (law: string, make: () => ScalingPolicy<null> | ScalingPolicy<number>, options: PolicyLawOptions = {}) => ({ law, make, options })

/** A policy with a step of its own. */
const stepping = (step: ScalingPolicy<null>['step']): ScalingPolicy<null> => ({ name: 'stepping', initial: null, step })

/** For each law, policies that break it. */
const broken = [
  breaking('has a name', () => ({ ...fixed(1), name: '' })),
  breaking('has a name', () => ({ ...fixed(1), wake: { waitedMs: Number.NaN } })),
  breaking('a whole number within bounds', () => plain(({ waiting }) => waiting / 3)),
  breaking('a whole number within bounds', () => stepping((state) => ({ state, wanted: 1, reason: 'withinRange' }))),
  breaking('a whole number within bounds', () => stepping((state, { max }) => ({ state, wanted: max + 1, reason: 'limited' }))),
  breaking('a known reason', () => stepping((state, { min }) => ({ state, wanted: min, reason: untyped('because') }))),
  breaking('a whole number within bounds', () => stepping(() => untyped(Promise.resolve()))),
  breaking('a whole number within bounds', () => stepping(() => { throw new Error('no') })),
  breaking('the same to the same', () => counting()),
  breaking('changes neither', () => stepping((state, load) => fixed(1).step(state, Object.assign(load, { waiting: 1 })))),
  breaking('travelled as JSON', () => untyped({ name: 'map', initial: new Map(), step: mapped })),
  breaking('while nothing is known', () => plain(({ waiting }) => known(waiting))),
  breaking('a clock that goes back', () => plain(({ nowMs }) => known(nowMs))),
  breaking('under a constant load', () => moving((last, { min, max }) => (last === max ? min : max))),
  breaking('under a constant load', () => moving((last, { max }) => (last >= max ? 0 : last + 1))),
  breaking('under a constant load', () => zigzag()),
  breaking('where its answers are followed', () => plain(({ live }) => (known(live) > 3 ? known(live) - 1 : known(live) + 1))),
  breaking('never rises by more than 1', () => plain(({ waiting }) => known(waiting)), { maxRise: 1 }),
  breaking('never falls by more than 1', () => plain(({ waiting }) => known(waiting)), { maxFall: 1 }),
  breaking('never wants fewer', () => plain(({ waiting }) => 50 - known(waiting)), { demandDriven: true }),
]

/** What is counted outside of its state. */
const counting = (): ScalingPolicy<null> => {
  let asked = 0
  return plain(() => (asked += 1))
}

const mapped = (state: ReadonlyMap<string, number>, load: LoadSample): ScalingDecision<number> => {
  const wanted = withinBounds((state.get('asked') ?? 0) + 1, load)
  return { state: untyped(new Map([['asked', wanted]])), wanted, reason: 'withinRange' }
}

/** Comes to rest, but only after going up and down ten times. */
const zigzag = (): ScalingPolicy<number> => ({
  name: 'zigzag', initial: 0,
  step: (asked, load) => ({ state: Math.min(asked + 1, 100), wanted: withinBounds(asked < 100 && asked % 2 === 0 ? load.min : load.max, load), reason: 'exploring' }),
})

const lawOf = (name: string, make: () => ScalingPolicy<null>): Law => {
  const law = policyLaws('it', make).find(({ title }) => title.includes(name))
  if (law === undefined) throw new Error(`no law is called ${name}`)
  return law
}

describe('policyLaws', () => {
  it.each(broken)('fails a policy that breaks: $law (%#)', ({ law: name, make, options }) => {
    expect(() => policyLaws('broken', untyped(make), options).find(({ title }) => title.includes(name))?.check(SEEDED)).toThrow(/Property failed after \d+ tests/)
  })

  it('has a broken policy for every law', () => {
    const titles = policyLaws('x', () => fixed(1), { maxRise: 1, maxFall: 1, demandDriven: true }).map(({ title }) => title)
    expect(titles.filter((title) => !broken.some(({ law }) => title.includes(law)))).toEqual([])
    expect(titles).toHaveLength(12)
  })

  const kept = [
    ...policyLaws('fixed(2)', () => fixed(2), { demandDriven: true, maxRise: 0, maxFall: 0, settlesAfter: 0, maxTurns: 0 }),
    ...policyLaws('demand', () => demand({ deliveryWaitMs: 100 }), { demandDriven: true, maxRise: 1, settlesAfter: 30, maxTurns: 1 }),
    ...policyLaws('demand under large loads', () => demand(), { loads: { maxWorkers: 1_000, maxWaiting: 100_000 }, settlesAfter: 1_000 }),
  ]
  it.each(kept.map((law) => [law.title, law] as const))('keeps quiet where %s', (_, law) => law.check({ numRuns: 30 }))

  it('tells the smallest counter-example, its seed, and what was answered', () => {
    const law = lawOf('while nothing is known', () => plain(({ waiting }) => known(waiting)))
    const error = thrownBy(() => law.check({ seed: 7, numRuns: 1_000 }))
    expect(error).toContain('seed: 7')
    expect(error).toContain('"waiting":1,')
    expect(error).toContain('wanted 1, and then, knowing nothing, 0')
    const path = /path: "([\d:]+)"/.exec(error)?.[1]
    expect(thrownBy(() => law.check({ seed: 7, path }))).toContain('"waiting":1,')
    expect(thrownBy(() => law.check({ seed: 7, path }))).toContain('Property failed after 1 tests')
  })

  it('tries as often as it is told', () => {
    let steps = 0
    const counted = { ...fixed(1), step: (state: null, load: LoadSample) => { steps += 1; return fixed(1).step(state, load) } }
    lawOf('while nothing is known', () => counted).check({ numRuns: 1 })
    const few = steps
    lawOf('while nothing is known', () => counted).check({ numRuns: 200 })
    expect(steps - few).toBeGreaterThan(10 * few)
  })

  it('fails the law, not the suite, for a policy that cannot be made', () => {
    const laws = policyLaws('x', () => { throw new Error('cannot be made') })
    expect(() => laws[0]?.check()).toThrow('cannot be made')
  })

  it('leaves out what a policy does not claim', () => {
    const titles = policyLaws('x', () => fixed(1), { holds: false, settlesAfter: Infinity }).map(({ title }) => title).join()
    expect(titles).not.toMatch(/rest|nothing is known/)
    expect(policyLaws('x', () => fixed(1), { followed: false }).map(({ title }) => title).join()).not.toContain('followed')
  })

  it('refuses all that is wrong in one error', () => {
    const wrong = () => policyLaws('x', () => fixed(1), { maxRise: -1, everyMs: 0 })
    expect(wrong).toThrow(OptionsError)
    expect(wrong).toThrow(/^policyLaws: maxRise should be a whole number, 0 or more, but is -1; everyMs should be/)
    expect(() => policyLaws('', () => fixed(1))).toThrow('name should be a string that is not empty')
    expect(() => policyLaws('x', () => fixed(1), { loads: { maxWorkers: 0 } })).toThrow('loads: maxWorkers should be')
  })
})

const thrownBy = (action: () => void): string => {
  try {
    action()
  } catch (error) {
    return String(error)
  }
  throw new Error('nothing was thrown')
}
