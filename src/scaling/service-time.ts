import { oneOf } from '../core/options.js'
import type { LoadSample } from '../core/load.js'
import { isCount } from './bounds.js'
import { isSpan } from './clock.js'

/** Which quantile of the service times of a window stands for all of them. */
export type Percentile = 'p50' | 'p90' | 'p99'

export const percentileCodec = oneOf('p50', 'p90', 'p99')

/** Whether the sample covers a span of time and its bounds do not contradict each other. */
export const isWindow = ({ windowMs, min, max }: LoadSample): boolean => isSpan(windowMs) && windowMs > 0 && isCount(min) && isCount(max) && min <= max

/** How long an attempt took that ended in the window, in ms; `undefined` when none ended or it is not known. */
export const serviceTime = ({ serviceMs }: LoadSample, percentile: Percentile): number | undefined => {
  const ms = serviceMs?.[percentile]
  return ms !== undefined && isSpan(ms) && ms <= Number.MAX_SAFE_INTEGER ? ms : undefined
}

/** The same where a span of 0 says nothing: too short for this clock. */
export const positiveServiceTime = (load: LoadSample, percentile: Percentile): number | undefined => {
  const ms = serviceTime(load, percentile)
  return ms === 0 ? undefined : ms
}
