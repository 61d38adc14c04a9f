import { busFeatures } from '../bus-features.js'

/** What a bus on Kafka promises, with its defaults. */
export const kafkaFeatures = busFeatures({ name: 'kafka', keyOrder: true, maxMessageBytes: 900_000 })
