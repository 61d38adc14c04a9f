import { DEFAULT_MAX_BYTES } from '../../core/wire.js'
import { busFeatures } from '../bus-features.js'

/** What a bus on RabbitMQ promises, with its defaults. */
export const rabbitmqFeatures = busFeatures({ name: 'rabbitmq', keyOrder: false, maxMessageBytes: DEFAULT_MAX_BYTES })
