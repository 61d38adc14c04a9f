import { delay, lastValueFrom, max, of, range, toArray } from 'rxjs'
import { constant, demand, restartOne, workerGroup, type Job } from 'rxcrew'

const group = workerGroup({
  action: ({ input, attempt }: Job<number>) => {
    if (input === 7 && attempt === 1) throw new Error('a bad moment')
    return of(input * input).pipe(delay(20))
  },
  workers: { min: 1, max: 4 },
  scaling: demand({ deliveryWaitMs: 10, maxIdleMs: 1_000 }),
  retry: { maxAttempts: 3, backoff: constant(5) },
  supervision: restartOne({ backoff: constant(5) }),
})
group.escalations$.subscribe(({ protocol, failure }) => console.log(`${protocol} after ${String(failure.error)}`))
const mostWorkers = lastValueFrom(group.live$.pipe(max()))

const outcomes = await lastValueFrom(range(1, 20).pipe(group.run(), toArray()))
const sum = outcomes.reduce((total, outcome) => total + (outcome.type === 'completed' ? outcome.value : 0), 0)
console.log(`${outcomes.length} outcomes, sum of squares ${sum}`)

await group.drain()
console.log(`from 1 worker to ${await mostWorkers}`)
