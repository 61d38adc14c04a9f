import type { SupervisionStrategy } from './strategy.js'

/** The worker goes on as if nothing had been: it is kept, and nothing escalates or counts as a restart. */
export const resume = (): SupervisionStrategy => ({ name: 'resume', decide: () => ({ type: 'resume' }) })
