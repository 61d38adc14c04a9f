import { DEFAULT_MAX_BYTES } from '../core/wire.js'
import type { BusBounds, BusFeatures } from './bus.js'

/** What the memory bus promises, with its defaults. */
export const memoryFeatures = ({ maxMessageBytes = DEFAULT_MAX_BYTES, maxAttempts = 5 }: BusBounds = {}): BusFeatures => ({
  name: 'memory',
  maxMessageBytes,
  keyOrder: true,
  fanOut: true,
  delayedRetry: true,
  leases: true,
  retainsForNewGroups: true,
  maxAttempts,
})
