import type { ConsumeMessage } from 'amqplib'
import type { Either } from 'fp-ts/lib/Either.js'
import type { SchedulerLike } from 'rxjs'
import type { Message } from '../../core/message.js'
import type { Undecodable } from '../bus.js'
import type { Arrival, RabbitmqDelivery } from './rabbitmq-delivery.js'

/** What a consumer needs of its listener. */
export interface ConsumerHost {
  readonly scheduler: SchedulerLike
  readonly leaseMs: number
  readonly maxAttempts: number
  /** The queue counts deliveries itself, and others take from it too. */
  readonly isShared: boolean
  readonly decode: (raw: ConsumeMessage) => Either<Undecodable, Message>
  readonly deliver: (delivery: RabbitmqDelivery) => void
  /** Publishes the dead letter; resolves once it is confirmed. */
  readonly bury: (dead: Arrival, reason: string, cause?: unknown) => Promise<void>
  /** Publishes a copy that comes again after so long; resolves once it is confirmed. */
  readonly again: (delivery: Arrival, afterMs: number) => Promise<void>
}
