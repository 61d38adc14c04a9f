// Where these were before they became public; to be removed once nobody imports them from here.
import { brokenLoads as anyBrokenLoads, loads as anyLoads } from '../../src/testing/load-arbitraries.js'

export type { Law } from '../../src/testing/law.js'
export { policyLaws, type PolicyLawOptions } from '../../src/testing/policy-laws.js'

export const loads = anyLoads()
export const brokenLoads = anyBrokenLoads()
