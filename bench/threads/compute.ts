let state = 1

/** Computes for so many steps, which no compiler can leave out, and returns how many they were. */
export const compute = (steps: number): number => {
  for (let step = 0; step < steps; step += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
  return state === 0.5 ? 0 : steps
}

/** How many steps take a millisecond in this thread: the most of several tries, since others only slow it down. */
export const stepsPerMs = (): number => {
  let most = 0
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const startMs = performance.now()
    compute(5_000_000)
    most = Math.max(most, 5_000_000 / (performance.now() - startMs))
  }
  return Math.round(most)
}
