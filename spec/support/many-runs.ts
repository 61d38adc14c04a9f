import * as fc from 'fast-check'

// For `npm run laws`: as often a property is tried that does not say how often.
fc.configureGlobal({ numRuns: 100_000 })
