/** Chance: numbers in `[0, 1)`, each call the next. */
export type Random = () => number

/**
 * Chance that a seed determines: xoshiro128** 1.1 (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number
 * generators", 2021; https://prng.di.unimi.it/xoshiro128starstar.c), its state filled from the seed by a 32-bit
 * SplitMix with the finalizer of MurmurHash3. Numbers are multiples of 2^-32.
 *
 * @param seed - A whole number, 0 or more.
 * @param branch - Whole numbers that tell apart what is drawn from one seed: each gives a sequence of its own.
 */
export const seededRandom = (seed: number, ...branch: readonly number[]): Random => {
  let key = 0
  for (const part of [seed, ...branch]) key = scramble(scramble(key + GOLDEN, part), Math.floor(part / 2 ** 32))
  return xoshiro128([1, 2, 3, 4].map((step) => scramble(key + step * GOLDEN, 0)))
}

/** The generator itself, from the four words of its state; not all may be 0. */
export const xoshiro128 = (words: readonly number[]): Random => {
  const state = Uint32Array.from(words)
  return () => {
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = [state[0], state[1], state[2], state[3]]
    const mixed2 = s2 ^ s0
    const mixed3 = s3 ^ s1
    state[0] = s0 ^ mixed3
    state[1] = s1 ^ mixed2
    state[2] = mixed2 ^ (s1 << 9)
    state[3] = turn(mixed3, 11)
    return (Math.imul(turn(Math.imul(s1, 5), 7), 9) >>> 0) / 2 ** 32
  }
}

const GOLDEN = 0x9e37_79b9

const turn = (word: number, by: number): number => (word << by) | (word >>> (32 - by))

const scramble = (key: number, part: number): number => {
  const first = Math.imul(key ^ part ^ ((key ^ part) >>> 16), 0x85eb_ca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35)
  return (second ^ (second >>> 16)) >>> 0
}
