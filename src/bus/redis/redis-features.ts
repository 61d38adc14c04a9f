import { DEFAULT_MAX_BYTES } from '../../core/wire.js'
import { busFeatures } from '../bus-features.js'

/** What a bus on Redis Streams promises, with its defaults. */
export const redisFeatures = busFeatures({ name: 'redis', keyOrder: false, maxMessageBytes: DEFAULT_MAX_BYTES })
