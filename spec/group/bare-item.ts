import { asyncScheduler } from 'rxjs'
import { groupClock } from '../../src/group/group-clock.js'
import { Ids } from '../../src/group/ids.js'
import { Item } from '../../src/group/item.js'

const HOME = { address: 'g', ids: new Ids('g'), clock: groupClock(asyncScheduler) }

/** An item that nobody waits for, of no group. */
export const bareItem = (seq: number, acceptedMs = 0, raw: unknown = seq): Item => new Item(raw, undefined, undefined, seq, acceptedMs, HOME)
