/** What was measured at one size. */
export interface Point {
  /** CPU time for one of what is counted, in ns. */
  readonly ns: number
  /** What the heap holds when it is done, after a collection, in bytes. */
  readonly heldBytes: number
  /** More that is worth telling, with its unit. */
  readonly notes?: Readonly<Record<string, number>>
}

const cpuNs = async (run: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1_000
}

/** CPU time for one of `count`, in ns: of the fastest of several runs, since others on the machine only ever add. */
export const leastNs = async (count: number, run: () => unknown): Promise<number> => {
  let least = Infinity
  // eslint-disable-next-line no-await-in-loop -- one after the other
  for (let times = 0; times < 10; times++) least = Math.min(least, await cpuNs(run))
  return least / count
}

/** Needs `--expose-gc`. Twice, since what a finalizer lets go is found by the next. */
export const heapBytes = (): number => {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
