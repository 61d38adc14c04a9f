export { rabbitmqBus, type RabbitmqBus } from './rabbitmq-bus.js'
export type { RabbitmqBusOptions } from './rabbitmq-options.js'
