/** One number drawn, and what the next draw goes on from. */
export interface Draw {
  /** A whole number from 0 to 2³² − 1. */
  readonly bits: number
  /** The same as a number in `[0, 1)`. */
  readonly unit: number
  readonly seed: number
}

const RANGE = 2 ** 32

/**
 * Chance for what has none: the same seed draws the same. A counter in steps of the golden ratio whose bits are mixed,
 * as in SplitMix (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014), in 32 bits; it
 * repeats after 2³² draws.
 */
export const draw = (seed: number): Draw => {
  const next = (seed + 0x9e_37_79_b9) >>> 0
  const bits = mixed(mixed(next, 16, 0x21_f0_aa_ad), 15, 0x73_5a_2d_97)
  const last = (bits ^ (bits >>> 15)) >>> 0
  return { bits: last, unit: last / RANGE, seed: next }
}

const mixed = (bits: number, shift: number, factor: number): number => Math.imul(bits ^ (bits >>> shift), factor)
