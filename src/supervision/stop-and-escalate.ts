import type { SupervisionStrategy } from './strategy.js'

/** Everything stops at the first failure and escalates, with protocol `killAndEscalate` and what had been waiting. */
export const stopAndEscalate = (): SupervisionStrategy => ({ name: 'stopAndEscalate', decide: () => ({ type: 'stopAndEscalate' }) })
