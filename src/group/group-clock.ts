import type { SchedulerLike, Subscription } from 'rxjs'

/** A clock and its timers, in ms. */
export interface Clock {
  now(): number
  schedule(work: () => void, delayMs: number): Subscription
}

/** The clock of a group, which starts with it; whatever leaves the group tells moments since the epoch. */
export interface GroupClock extends Clock {
  /** A moment of the group's as the scheduler it was given tells it. */
  epochMs(atMs: number): number
}

// Moments since the epoch do not fit into a small integer of the engine: each would be an object of its own, five for a
// message. Those since the start of a group fit for 24 days, and only cost more after that; what is computed from two
// that do not fit is one only if the engine is told that it is whole.
export const groupClock = (scheduler: SchedulerLike): GroupClock => {
  const originMs = scheduler.now()
  return {
    now: () => {
      const nowMs = scheduler.now() - originMs
      const whole = nowMs | 0
      return whole === nowMs ? whole : nowMs
    },
    schedule: (work, delayMs) => scheduler.schedule(work, delayMs),
    epochMs: (atMs) => atMs + originMs,
  }
}
