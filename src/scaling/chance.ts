/** What a draw gives: a number, and the seed of the next draw. */
export interface Draw {
  /** In `[0, 1)`, a multiple of 2⁻³². */
  readonly value: number
  readonly seed: number
}

/**
 * Chance that a seed determines and a state can carry: a counter in golden steps, mixed by 32-bit SplitMix with the
 * finalizer of MurmurHash3 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014; https://github.com/aappleby/smhasher).
 */
export const draw = (seed: number): Draw => {
  const next = (seed + 0x9e37_79b9) >>> 0
  const first = Math.imul(next ^ (next >>> 16), 0x85eb_ca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35)
  return { value: ((second ^ (second >>> 16)) >>> 0) / 2 ** 32, seed: next }
}
