import { MEMORY } from './brokers/memory.js'
import { NATS } from './brokers/nats.js'
import { RABBITMQ } from './brokers/rabbitmq.js'
import { REDIS } from './brokers/redis.js'
import type { FaultBroker } from './fault-broker.js'
import type { Fault } from './faults.js'

export const BROKERS: readonly FaultBroker[] = [MEMORY, REDIS, NATS, RABBITMQ]

/** Those on which a fault is tried. */
export const brokersFor = (...faults: readonly Fault[]): readonly FaultBroker[] => BROKERS.filter(({ without }) => faults.some((fault) => without[fault] === undefined))
