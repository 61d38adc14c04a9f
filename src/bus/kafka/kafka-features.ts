import type { BusBounds, BusFeatures } from '../bus.js'

/** What a bus on Kafka promises, with its defaults. */
export const kafkaFeatures = ({ maxMessageBytes = 900_000, maxAttempts = 5 }: BusBounds = {}): BusFeatures => ({
  name: 'kafka',
  maxMessageBytes,
  keyOrder: true,
  fanOut: true,
  delayedRetry: true,
  leases: true,
  retainsForNewGroups: true,
  maxAttempts,
})
