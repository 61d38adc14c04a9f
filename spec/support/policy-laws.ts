// Where these were before they became public; to be removed once nobody imports them from here.
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import type { Law } from '../../src/testing/law.js'
import { brokenLoads as anyBrokenLoads, loads as anyLoads } from '../../src/testing/load-arbitraries.js'
import { policyLaws as allLaws, type PolicyLawOptions } from '../../src/testing/policy-laws.js'

export type { Law, PolicyLawOptions }

export const loads = anyLoads()
export const brokenLoads = anyBrokenLoads()

/** Those that were here: without the law about answers that are followed. */
export const policyLaws = <S>(name: string, make: () => ScalingPolicy<S>, options: PolicyLawOptions = {}): readonly Law[] =>
  allLaws(name, make, { followed: false, ...options })
