import { DEFAULT_MAX_BYTES } from '../../core/wire.js'
import type { BusBounds, BusFeatures } from '../bus.js'

/** What a bus on RabbitMQ promises, with its defaults. */
export const rabbitmqFeatures = ({ maxMessageBytes = DEFAULT_MAX_BYTES, maxAttempts = 5 }: BusBounds = {}): BusFeatures => ({
  name: 'rabbitmq',
  maxMessageBytes,
  keyOrder: false,
  fanOut: true,
  delayedRetry: true,
  leases: true,
  retainsForNewGroups: true,
  maxAttempts,
})
