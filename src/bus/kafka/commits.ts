import { scheduler as loop } from 'node:timers/promises'
import type { KafkaPosition } from './kafka-client.js'
import type { Partition } from './partition.js'

/** Commits what is settled, one request at a time: each takes all that was settled during the one before. */
export class Commits {
  readonly #commit: (positions: readonly KafkaPosition[]) => Promise<void>
  readonly #moved = new Set<Partition>()
  #running: Promise<void> | undefined

  constructor(commit: (positions: readonly KafkaPosition[]) => Promise<void>) {
    this.#commit = commit
  }

  moved(partition: Partition): void {
    this.#moved.add(partition)
    this.#running ??= this.#run()
  }

  /** Resolves once there is nothing to commit, or it could not be. */
  async done(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    await loop.yield()
    while (this.#moved.size > 0) {
      const moved = [...this.#moved].filter(({ isLost }) => !isLost)
      this.#moved.clear()
      try {
        // One after the other is the point.
        // oxlint-disable-next-line no-await-in-loop
        if (moved.length > 0) await this.#commit(moved.map(({ number, watermark }) => ({ partition: number, offset: watermark.position })))
      } catch {
        // During a rebalance it is refused; the next one takes it along, and without one it comes again, as it may.
        for (const partition of moved) this.#moved.add(partition)
        break
      }
    }
    this.#running = undefined
  }
}
