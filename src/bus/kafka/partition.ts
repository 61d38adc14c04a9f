import type { MemoryDelivery } from '../memory-delivery.js'
import type { Stored } from '../memory-entry.js'
import { Watermark } from './watermark.js'

/** A record that is not settled: waiting, lent, or between two tries. */
export class Held implements Stored {
  readonly message: Stored['message']
  readonly partition: Partition
  readonly offset: bigint
  taken = false
  delivery: MemoryDelivery | undefined = undefined
  /** Resolves once its dead letter is confirmed. */
  burial: Promise<void> | undefined = undefined

  constructor(message: Stored['message'], partition: Partition, offset: bigint) {
    this.message = message
    this.partition = partition
    this.offset = offset
  }
}

/** A partition for as long as this member has it. */
export class Partition {
  readonly number: number
  readonly watermark: Watermark
  readonly held = new Set<Held>()
  isLost = false

  constructor(number: number, position: bigint) {
    this.number = number
    this.watermark = new Watermark(position)
  }

  /** True if what is committed may move on. */
  settle(held: Held): boolean {
    this.held.delete(held)
    return this.watermark.settle(held.offset) && !this.isLost
  }

  /** Another member has it from now on, and whatever of it is not settled. */
  lose(): void {
    this.isLost = true
    for (const held of this.held) {
      held.taken = true
      held.delivery?.lose('its partition went to another member')
    }
  }
}
