import { defer, lastValueFrom, of, retry, throwError } from 'rxjs'
import { byBackoff, constant, exponential, restartOne, supervise, type Escalation } from 'rxcrew'

let connections = 0
const feed$ = defer(() => {
  connections += 1
  return connections < 3 ? throwError(() => new Error(`connection ${connections} lost`)) : of(`connection ${connections}`)
})

// A strategy as an operator: retry and catchError in one.
const strategy = restartOne({ backoff: constant(2), maxRestarts: 3 })
const escalations = { next: ({ protocol, failure }: Escalation) => console.log(protocol, String(failure.error)) }
console.log(await lastValueFrom(feed$.pipe(supervise(strategy, { escalations }))))

// A backoff alone, for RxJS's own retry.
connections = 0
const delay = byBackoff(exponential({ baseMs: 1, maxMs: 10 }))
console.log(await lastValueFrom(feed$.pipe(retry({ count: 5, delay }))))
