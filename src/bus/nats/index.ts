// The bus over NATS JetStream
export { natsBus, type NatsBus } from './nats-bus.js'
export { connectNatsBus, type NatsConnectOptions } from './connect-nats-bus.js'
export type { NatsBusOptions, NatsTerms } from './nats-options.js'
