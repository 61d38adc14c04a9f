import { Subscription } from 'rxjs'
import type { Delivery } from './bus.js'
import { type Kept, LeaseKeeper, type LeaseOptions } from './lease-keeper.js'

/**
 * Keeps the lease of a delivery from now on, until it is unsubscribed from, the lease is lost, or one more renewal would
 * carry it beyond `maxLeaseMs`: then it runs out by itself, `lost` aborts, and the message comes again. A renewal that
 * fails is tried again at the next third.
 *
 * @throws OptionsError
 */
export const keepLease = (delivery: Delivery, options: LeaseOptions = {}): Subscription => {
  const keeper = new LeaseKeeper(options)
  const kept: Kept = {
    line: undefined,
    before: undefined,
    after: undefined,
    dueMs: 0,
    untilMs: 0,
    extend: () => delivery.extend(),
    onLetGo: () => keeping.unsubscribe(),
  }
  const keeping = new Subscription(() => keeper.release(kept))
  keeper.keep(kept)
  return keeping
}
