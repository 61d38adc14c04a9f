import { delay, from, lastValueFrom, max, of, range, toArray } from 'rxjs'
import { decisions, workerGroup, type Job, type LoadSample, type ScalingPolicy } from 'rxcrew'

// #region policy
/** One worker for every `perWorker` items that wait or run. It remembers its last answer. */
const backlog = (perWorker: number): ScalingPolicy<number> => ({
  name: 'backlog',
  initial: 1,
  step: (before, { waiting, inFlight, min }) => {
    const wanted = Math.max(min, Math.ceil((waiting + inFlight) / perWorker))
    if (!Number.isSafeInteger(wanted) || wanted < 0) return { state: before, wanted: before, reason: 'held' }
    return { state: wanted, wanted, reason: wanted > before ? 'tooFew' : wanted < before ? 'tooMany' : 'withinRange' }
  },
})
// #endregion

// #region decisions
const quiet: LoadSample = {
  nowMs: 0, windowMs: 1_000, live: 1, min: 1, max: 5, waiting: 0, inFlight: 0, maxInFlight: 0,
  arrivals: 0, completions: 0, failures: 0, oldestWaitMs: 0, idleMs: [], busyMs: 0,
}
const samples = [0, 7, 20, Number.NaN, 1_000, 3].map((waiting) => ({ ...quiet, waiting }))
from(samples)
  .pipe((load$) => decisions(backlog(10), load$))
  .subscribe(({ load, wanted, reason }) => console.log(`${load.waiting} waiting: ${wanted}, ${reason}`))
// #endregion

// #region group
const group = workerGroup({
  action: ({ input }: Job<number>) => of(input).pipe(delay(5)),
  workers: { max: 8 },
  scaling: backlog(10),
  sampleEveryMs: 5,
})
const mostWorkers = lastValueFrom(group.live$.pipe(max()))
const outcomes = await lastValueFrom(range(1, 100).pipe(group.run(), toArray()))
await group.drain()
console.log(`${outcomes.length} outcomes under '${group.stats().scaling}', most workers ${await mostWorkers}`)
// #endregion
