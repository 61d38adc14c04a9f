import { DEFAULT_MAX_BYTES } from '../core/wire.js'
import { busFeatures } from './bus-features.js'

/** What the memory bus promises, with its defaults. */
export const memoryFeatures = busFeatures({ name: 'memory', keyOrder: true, maxMessageBytes: DEFAULT_MAX_BYTES })
