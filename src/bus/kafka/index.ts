export { kafkaBus, type KafkaBus } from './kafka-bus.js'
export type { KafkaBusOptions } from './kafka-options.js'
export { kafkajsClient } from './kafkajs-client.js'
export type { ConsumeOptions, KafkaClient, KafkaConsumption, KafkaPosition, KafkaRecord, KafkaSend } from './kafka-client.js'
