import type { BusBounds, BusFeatures } from './bus.js'

/** What every bus here promises. */
const ALL = { fanOut: true, delayedRetry: true, leases: true, retainsForNewGroups: true, maxAttempts: 5 } as const

/** What one bus promises beside what all do, with its defaults: told for the bounds that it is given. */
export const busFeatures =
  ({ maxMessageBytes: usualBytes, ...own }: Pick<BusFeatures, 'name' | 'keyOrder' | 'maxMessageBytes'>) =>
  ({ maxMessageBytes = usualBytes, maxAttempts = ALL.maxAttempts }: BusBounds = {}): BusFeatures => ({ ...ALL, ...own, maxMessageBytes, maxAttempts })
