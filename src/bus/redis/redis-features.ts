import { DEFAULT_MAX_BYTES } from '../../core/wire.js'
import type { BusBounds, BusFeatures } from '../bus.js'

/** What a bus on Redis Streams promises, with its defaults. */
export const redisFeatures = ({ maxMessageBytes = DEFAULT_MAX_BYTES, maxAttempts = 5 }: BusBounds = {}): BusFeatures => ({
  name: 'redis',
  maxMessageBytes,
  keyOrder: false,
  fanOut: true,
  delayedRetry: true,
  leases: true,
  retainsForNewGroups: true,
  maxAttempts,
})
