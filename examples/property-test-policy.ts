import type { ScalingPolicy } from 'rxcrew'
import { policyLaws } from 'rxcrew/testing'

// #region policy
/** One worker for every ten items. */
const perTen: ScalingPolicy<null> = {
  name: 'perTen',
  initial: null,
  step: (state, { waiting, inFlight, min, max }) => {
    const wanted = Math.max(min, Math.min(max, Math.ceil((waiting + inFlight) / 10)))
    return { state, wanted, reason: 'withinRange' }
  },
}

/** The same, and it remembers its last answer for when it knows nothing. */
const careful: ScalingPolicy<number> = {
  name: 'careful',
  initial: 0,
  step: (last, load) => {
    const { waiting, inFlight, min, max } = load
    const isKnown = [waiting, inFlight].every((count) => Number.isSafeInteger(count) && count >= 0)
    const wanted = Math.max(min, Math.min(max, isKnown ? Math.ceil((waiting + inFlight) / 10) : last))
    return { state: wanted, wanted, reason: isKnown ? 'withinRange' : 'held' }
  },
}
// #endregion

// #region laws
const laws = [
  ...policyLaws('perTen', () => perTen, { demandDriven: true }),
  ...policyLaws('careful', () => careful, { demandDriven: true }),
]
// In a test file: for (const { title, check } of laws) it(title, () => check())
for (const { title, check } of laws) {
  try {
    check({ seed: 42, numRuns: 50 })
    console.log(`yes  ${title}`)
  } catch (error) {
    console.log(`NO   ${title}: ${/Got error: (.*)/.exec(String(error))?.[1]}`)
  }
}
// #endregion
