import type { LoadSample } from '../core/load.js'
import { anyFunction, checkOptions, either, whole } from '../core/options.js'
import { withinBounds } from './bounds.js'
import { type LastAnswer, areBounds, current, isMeasure } from './last-answer.js'
import type { ScalingPolicy } from './policy.js'
import { IN_QUIET } from './wake.js'
import { type ScheduleWindow, holdsAt, scheduleWindows } from './schedule-window.js'

export interface ScheduleOptions {
  /** Workers wanted outside all windows; 0 or more. */
  readonly base: number
  /** Times at which another number is wanted; where several hold, the last of the list counts. */
  readonly windows: readonly ScheduleWindow[]
  /**
   * By how many minutes local clocks are ahead of UTC; whole, from −840 to 840, default 0. Where they change in summer, a
   * pure function that tells it for a moment in ms since 1970 UTC.
   */
  readonly utcOffsetMinutes?: number | ((nowMs: number) => number) | undefined
}

/**
 * The number of workers that the clock says, whatever the load: that of the last window that holds, else `base`. A
 * window holds from its first moment on and no longer at its end: `[from, to)`. It needs a scheduler whose `now()` is the
 * ms since 1970 UTC, as RxJS's own are. A sample without a moment, and an offset that is none, hold the last answer.
 *
 * There are no time zones inside, so that the same moment gives the same answer on every machine. Daylight saving is the
 * caller's, by a function.
 *
 * To keep bounds by the clock and follow the load between them, combine: `largest(schedule(…), demand())` has at least
 * the number of the schedule, `smallest(…)` at most.
 *
 * @throws {OptionsError} When an option is out of its range, or a window is empty.
 */
export const schedule = (options: ScheduleOptions): ScalingPolicy<LastAnswer> => {
  checkOptions('schedule', CODECS, options, () => [], ['base', 'windows'])
  const { base, windows, utcOffsetMinutes = 0 } = options
  const settings = { base, windows, utcOffsetMinutes }
  return {
    name: 'schedule',
    wake: IN_QUIET,
    initial: { wanted: null, nowMs: 0 },
    step: (before, load) => {
      const now = current(before, load)
      const scheduled = isUsable(load) ? workersAt(now.nowMs, settings) : undefined
      if (scheduled === undefined) return { state: now, wanted: now.wanted, reason: 'held' }
      const wanted = withinBounds(scheduled, load)
      return { state: { ...now, wanted }, wanted, reason: wanted === scheduled ? 'scheduled' : 'limited' }
    },
  }
}

const CODECS = { base: whole(0), windows: scheduleWindows, utcOffsetMinutes: either(whole(-840, 840), anyFunction) }

interface Settings extends ScheduleOptions {
  readonly utcOffsetMinutes: number | ((nowMs: number) => number)
}

const isUsable = (load: LoadSample): boolean => isMeasure(load.nowMs) && areBounds(load)

const workersAt = (nowMs: number, { base, windows, utcOffsetMinutes }: Settings): number | undefined => {
  const offset = typeof utcOffsetMinutes === 'function' ? utcOffsetMinutes(nowMs) : utcOffsetMinutes
  if (!Number.isSafeInteger(offset)) return undefined
  return windows.findLast((window) => holdsAt(window, nowMs, offset))?.workers ?? base
}
