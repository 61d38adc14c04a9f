import type { LoadSample } from '../core/load.js'

/**
 * How items are counted into workers. `waiting`: `ceil(waiting / perWorker)`, as KEDA scales a deployment. The others are
 * KEDA's strategies for jobs: `all` (its `default`): `ceil((waiting + inFlight) / perWorker)`; `accurate`: a worker for
 * each item in flight, and `ceil(waiting / perWorker)` beside them; `eager`: that many beside all who are alive, as long
 * as something waits.
 */
export type BacklogCount = 'waiting' | 'all' | 'accurate' | 'eager'

/** Workers that the items need. */
export const neededFor = (count: BacklogCount, { waiting, inFlight, live }: LoadSample, perWorker: number): number => {
  const forWaiting = Math.ceil(waiting / perWorker)
  switch (count) {
    case 'waiting':
      return forWaiting
    case 'all':
      return Math.ceil((waiting + inFlight) / perWorker)
    case 'accurate':
      return inFlight + forWaiting
    case 'eager':
      return waiting > 0 ? Math.max(inFlight, live) + forWaiting : inFlight
  }
}

/** Items that decide whether anything is to be done at all. */
export const itemsOf = (count: BacklogCount, { waiting, inFlight }: LoadSample): number => (count === 'waiting' ? waiting : waiting + inFlight)
