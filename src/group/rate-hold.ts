import type { Dispatcher } from './dispatcher.js'
import { RateLimit } from './rate-limit.js'
import type { Settings } from './settings.js'

/** Tells a start to the rate of a group. */
export interface RateHold {
  start(): void
  started(nowMs: number): void
  close(): void
}

/** Holds the dispatcher while the rate allows no start; undefined without a rate. */
export const rateHold = ({ rate, clock }: Settings, dispatcher: Dispatcher, onError: (error: unknown) => void): RateHold | undefined => {
  if (rate === undefined) return undefined
  const limit = new RateLimit(rate, clock, () => apply(), onError)
  const apply = (): void => dispatcher.hold('rate', !limit.open)
  dispatcher.hold('rate', true)
  return {
    start: () => {
      limit.follow()
      apply()
    },
    started: (nowMs) => {
      limit.started(nowMs)
      apply()
    },
    close: () => limit.close(),
  }
}
