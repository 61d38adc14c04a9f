import { Redis } from 'ioredis'
import type { MessageBus } from 'rxcrew'
import { connectNatsBus } from 'rxcrew/nats'
import { rabbitmqBus } from 'rxcrew/rabbitmq'
import { redisBus } from 'rxcrew/redis'
import { memoryOn } from './memory-buses.js'

/** What a fault says about the bus of one process. */
export interface FaultTerms {
  readonly leaseMs: number
  readonly maxAttempts?: number
}

/** A bus of one process, and what it has refused as too late, if it counts that. */
export interface FaultBus extends Pick<MessageBus, 'publish' | 'deliveries' | 'replay' | 'status$' | 'features' | 'close'> {
  lateCount(): number
}

export type BusName = 'memory' | 'redis' | 'nats' | 'rabbitmq'

/** How often a client and its RabbitMQ tell each other that they are there. */
export const HEARTBEAT_S = 2

/** A bus of a class, whose methods cannot be spread. */
const counting = (bus: MessageBus, lateCount: () => number): FaultBus => ({
  features: bus.features,
  status$: bus.status$,
  publish: (messages) => bus.publish(messages),
  deliveries: (options) => bus.deliveries(options),
  replay: (topic, filter) => bus.replay(topic, filter),
  close: () => bus.close(),
  lateCount,
})

/** A member of what is in this process: the others go on when it closes. */
const memory = async (place: number, terms: FaultTerms): Promise<FaultBus> => ({ ...memoryOn(place, terms), close: async () => undefined, lateCount: () => 0 })

const redis = async (port: number, terms: FaultTerms): Promise<FaultBus> => {
  const client = new Redis({ port, lazyConnect: true }).on('error', () => undefined)
  const bus = redisBus({ client, blockMs: 500, answerWithinMs: 1_000, ...terms })
  return counting(bus, () => bus.late)
}

const nats = async (port: number, terms: FaultTerms): Promise<FaultBus> => {
  const bus = await connectNatsBus({ connect: { servers: `nats://127.0.0.1:${port}`, reconnectTimeWait: 100, timeout: 1_000 }, heartbeatMs: 200, timeoutMs: 2_000, ...terms })
  return { ...bus, lateCount: () => bus.late() }
}

const rabbitmq = async (port: number, terms: FaultTerms): Promise<FaultBus> => {
  const bus = rabbitmqBus({ url: `amqp://guest:guest@127.0.0.1:${port}?heartbeat=${HEARTBEAT_S}`, patienceMs: 2_000, ...terms })
  return counting(bus, () => 0)
}

const MAKERS: Readonly<Record<BusName, (port: number, terms: FaultTerms) => Promise<FaultBus>>> = { memory, redis, nats, rabbitmq }

export const isBusName = (name: string): name is BusName => Object.hasOwn(MAKERS, name)

/** A bus as a process of its own would have it: the one place that says how each is made. */
export const faultBus = (name: BusName, port: number, terms: FaultTerms): Promise<FaultBus> => MAKERS[name](port, terms)
