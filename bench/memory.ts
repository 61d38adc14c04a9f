import { setImmediate as turn } from 'node:timers/promises'
import { fixed, workerGroup } from 'rxcrew'

export interface MemoryReport {
  readonly settled: number
  /** Most items that were pulled and not settled at once; slots and capacity allow 1 + 10. */
  readonly mostOpen: number
  /** Growth of the heap per settled item over the second half, in bytes. */
  readonly slopeBytes: number
}

/** An endless source through one slow worker: the heap should be flat, and the pull no faster than the worker. */
export const memoryReport = async (items = 200_000): Promise<MemoryReport> => {
  const crew = workerGroup({ action: () => turn(), workers: { min: 1, max: 1 }, scaling: fixed(1) })
  let pulled = 0
  let settled = 0
  let mostOpen = 0
  let middle = 0
  function* endless(): Generator<number> {
    for (;;) {
      pulled++
      mostOpen = Math.max(mostOpen, pulled - settled)
      yield pulled
    }
  }
  await new Promise<void>((resolve) => {
    const subscription = crew.consume(endless()).subscribe(() => {
      settled++
      if (settled === items / 2) middle = heapBytes()
      if (settled < items) return
      subscription.unsubscribe()
      resolve()
    })
  })
  const slopeBytes = (heapBytes() - middle) / (items / 2)
  await crew.stop()
  return { settled, mostOpen, slopeBytes }
}

const heapBytes = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
