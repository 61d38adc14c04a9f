/** The later of two moments, in ms: a clock that goes back stands still, and one that tells no time does as well. */
export const later = (lastMs: number, nowMs: number): number => (Number.isFinite(nowMs) ? Math.max(lastMs, nowMs) : lastMs)
