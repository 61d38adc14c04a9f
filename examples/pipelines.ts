import { setTimeout as sleep } from 'node:timers/promises'
import { lastValueFrom, toArray } from 'rxjs'
import { fixed, pipeline, workerGroup, type Job } from 'rxcrew'

const fetched = workerGroup({
  name: 'fetch',
  action: async ({ input }: Job<number>) => `page ${input}`,
  scaling: fixed(4),
  workers: { min: 4, max: 4 },
})
const stored = workerGroup({
  name: 'store',
  action: async ({ input }: Job<string>) => {
    await sleep(2)
    return input.length
  },
  instance: 'single',
  capacity: 2,
})

const line = pipeline(fetched, stored)
let most = 0
const watching = fetched.outcomes$.subscribe(() => (most = Math.max(most, stored.stats().waiting)))

const outcomes = await lastValueFrom(line.consume(Array.from({ length: 30 }, (_, id) => id)).pipe(toArray()))
watching.unsubscribe()
await line.drain()
console.log(`${outcomes.length} outcomes; at most ${most} waited between the two`)
