// Where these were before they became public; to be removed once nobody imports them from here.
import { failures as anyFailures } from '../../src/testing/failure-arbitraries.js'

export { backoffLaws } from '../../src/testing/backoff-laws.js'
export { strategyLaws } from '../../src/testing/strategy-laws.js'

export const failures = anyFailures()
