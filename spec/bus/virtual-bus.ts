import { VirtualTimeScheduler } from 'rxjs'
import { memoryBus, type MemoryBus, type MemoryBusOptions } from '../../src/bus/memory-bus.js'

export interface VirtualBus {
  readonly bus: MemoryBus
  readonly scheduler: VirtualTimeScheduler
  /** Moves the clock on by so many ms, doing all that becomes due; synchronous. */
  readonly pass: (ms: number) => void
  /** Timers that are armed. */
  readonly timers: () => number
}

/** A memory bus whose clock stands still until it is told to pass. */
export const virtualBus = (options: MemoryBusOptions = {}): VirtualBus => {
  const scheduler = new VirtualTimeScheduler()
  return {
    bus: memoryBus({ scheduler, ...options }),
    scheduler,
    pass: (ms) => {
      const untilMs = scheduler.frame + ms
      scheduler.maxFrames = untilMs
      scheduler.flush()
      scheduler.frame = untilMs
    },
    timers: () => scheduler.actions.filter(({ closed }) => !closed).length,
  }
}

/** Lets promises that are settled tell those who wait for them. */
export const microtasks = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await Promise.resolve()
  }
}
