/** What was measured at one size. */
export interface Point {
  /** CPU time for one of what is counted, in ns. */
  readonly ns: number
  /** What the heap holds when it is done, after a collection, in bytes. */
  readonly heldBytes: number
  /** More that is worth telling, with its unit. */
  readonly notes?: Readonly<Record<string, number>>
}

/** CPU time of `run`, in ns. */
export const cpuNs = async (run: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1_000
}

/** Needs `--expose-gc`. Twice, since what a finalizer lets go is found by the next. */
export const heapBytes = (): number => {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
