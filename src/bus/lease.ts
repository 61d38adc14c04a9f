import { asyncScheduler, interval, type SchedulerLike, type Subscription } from 'rxjs'
import { checkOptions, having, milliseconds, type Rule } from '../core/options.js'
import type { Delivery } from './bus.js'

export interface LeaseOptions {
  /** The bus's lease, in ms: 3 or more, default 30,000. It is renewed each time a third of it has passed. */
  readonly leaseMs?: number | undefined
  /** The longest the lease may last with all renewals, in ms: `leaseMs` or more, default an hour. */
  readonly maxLeaseMs?: number | undefined
  readonly scheduler?: SchedulerLike | undefined
}

const OPTIONS = { leaseMs: milliseconds(3), maxLeaseMs: milliseconds(), scheduler: having('a scheduler', 'schedule', 'now') }

/**
 * Keeps the lease of a delivery from now on, until it is unsubscribed from, the lease is lost, or one more renewal would
 * carry it beyond `maxLeaseMs`: then it runs out by itself, `lost` aborts, and the message comes again. A renewal that
 * fails is tried again at the next third.
 *
 * @throws OptionsError
 */
export const keepLease = (delivery: Delivery, options: LeaseOptions = {}): Subscription => {
  const { leaseMs = 30_000, maxLeaseMs = 3_600_000, scheduler = asyncScheduler } = options
  checkOptions('keepLease', OPTIONS, { leaseMs, maxLeaseMs, scheduler }, longEnough)
  const untilMs = scheduler.now() + maxLeaseMs - leaseMs
  const renewals = interval(leaseMs / 3, scheduler).subscribe(() => {
    if (scheduler.now() > untilMs) return renewals.unsubscribe()
    delivery.extend().then(
      (kept) => kept || renewals.unsubscribe(),
      () => undefined,
    )
  })
  return renewals
}

const longEnough: Rule = ({ leaseMs, maxLeaseMs }) =>
  Number(maxLeaseMs) < Number(leaseMs) ? [{ path: 'maxLeaseMs', got: String(maxLeaseMs), expected: `leaseMs (${String(leaseMs)}) or more` }] : []
