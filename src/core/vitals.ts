/** How the process is, for policies that mind it: `guarded` does. */
export interface Measures {
  /** Share of the span since the measures before in which the event loop was busy, 0–1. */
  readonly eventLoopUtilization?: number | undefined
  /** Memory used, as a share of what the process may use, 0–1. */
  readonly memory?: number | undefined
}

/** Measures the process: called once for each load sample of a group. */
export type Vitals = () => Measures

/** What is needed of Node's `performance`. */
export interface EventLoopClock<U> {
  eventLoopUtilization(utilization?: U): U & { readonly utilization: number }
}

/** What is needed of Node's `process`; `availableMemory` is there from 20.13 on. */
export interface MemoryMeter {
  readonly memoryUsage: { rss(): number }
  availableMemory?(): number
}

/**
 * The measures of a Node process, as `nodeVitals(performance, process)`. The event loop's share is that of the span
 * since the call before, so each group needs its own. Memory is the resident set as a share of itself and what is still
 * available to the process, the limit of a container included; absent where Node cannot tell that.
 */
export const nodeVitals = <U>(performance: EventLoopClock<U>, process: MemoryMeter): Vitals => {
  let before = performance.eventLoopUtilization()
  return () => {
    const { utilization } = performance.eventLoopUtilization(before)
    before = performance.eventLoopUtilization()
    return { eventLoopUtilization: utilization, memory: memoryShare(process) }
  }
}

const memoryShare = (process: MemoryMeter): number | undefined => {
  const available = process.availableMemory?.()
  if (available === undefined) return undefined
  const used = process.memoryUsage.rss()
  return used / (used + available)
}
