import { isLeft } from 'fp-ts/lib/Either.js'
import { BehaviorSubject, combineLatest, distinctUntilChanged, map, type Observable, of, type SchedulerLike, type Subscription, switchMap, throwError } from 'rxjs'
import type { Delivery, DeliveryOptions, Settlement } from '../bus/bus.js'
import { keepLease, type LeaseOptions } from '../bus/lease.js'
import { reject, retry } from '../bus/settlement.js'
import type { Message } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import type { WorkerGroup } from '../group/worker-group-contract.js'
import type { Escalation } from '../supervision/escalation.js'
import type { SupervisionStrategy } from '../supervision/strategy.js'
import { supervise } from '../supervision/supervise.js'
import { FAILURE_HEADER, type Outbox } from './outbox.js'
import { refusal, settlementOf } from './settlement-of.js'

/** What all consumers of a hub share. */
export interface ConsumerHost {
  readonly bus: { deliveries(options: DeliveryOptions): Observable<Delivery> }
  readonly outbox: Outbox
  readonly scheduler: SchedulerLike
  readonly random: () => number
  readonly lease: LeaseOptions
  readonly consumption: SupervisionStrategy
  tell(escalation: Escalation): void
  /** Something failed at the edge to the bus; without an error, it went well again. */
  edge(what: string, error?: unknown): void
}
