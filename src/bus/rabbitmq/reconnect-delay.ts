const FIRST_MS = 100
const MOST_MS = 2_000

/** Before the attempt of this number, from 1: doubles from 100 ms to two seconds, the upper half of it by chance (0–1). */
export const reconnectDelayMs = (attempt: number, chance: number): number => (Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10)) * (1 + chance)) / 2
