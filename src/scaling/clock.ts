import type { LoadSample } from '../core/load.js'

/** Whether it is a moment or a span of time, in ms; anything else in a sample counts as missing. */
export const isSpan = (ms: number): boolean => Number.isFinite(ms) && ms >= 0

/** The latest moment seen, this sample included: a clock that goes back, or is missing, stands still. */
export const latest = (nowMs: number, load: LoadSample): number => (isSpan(load.nowMs) ? Math.max(nowMs, load.nowMs) : nowMs)
