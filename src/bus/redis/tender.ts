import type { SchedulerLike } from 'rxjs'
import { Alarm } from '../memory-alarm.js'
import { groupStateOf } from './redis-reply.js'

export interface TenderHost {
  readonly scheduler: SchedulerLike
  readonly everyMs: number
  /** Looks after the group; resolves to what the script says. */
  look(): Promise<unknown>
}

/** Looks after a group again and again, and at the moments at which something is due. */
export class Tender {
  readonly #host: TenderHost
  readonly #alarm: Alarm
  #stopped = false
  #looking = false
  /** The server's clock less this process's. */
  aheadMs = 0

  constructor(host: TenderHost) {
    this.#host = host
    this.#alarm = new Alarm(host.scheduler, () => void this.look())
  }

  /** Something is due in so many ms. */
  expect(inMs: number): void {
    if (!this.#stopped) this.#alarm.set(this.#host.scheduler.now() + inMs)
  }

  async look(): Promise<void> {
    if (this.#looking || this.#stopped) return
    this.#looking = true
    let nextMs = this.#host.everyMs
    try {
      const { nowMs, nextDueMs } = groupStateOf(await this.#host.look())
      this.aheadMs = nowMs - this.#host.scheduler.now()
      // One that is due by now has woken somebody; whoever is free will take it.
      if (nextDueMs !== undefined && nextDueMs > nowMs) nextMs = Math.min(nextMs, nextDueMs - nowMs)
    } catch {
      // Whoever reads is told what is wrong; here it is only tried again.
    }
    this.#looking = false
    this.expect(nextMs)
  }

  stop(): void {
    this.#stopped = true
    this.#alarm.set(undefined)
  }
}
