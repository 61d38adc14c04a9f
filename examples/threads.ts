import { lastValueFrom, toArray } from 'rxjs'
import { fixed, workerGroup } from 'rxcrew'
import { threads } from 'rxcrew/threads'

const primes = threads<typeof import('./threads/primes.js')>({ filename: new URL('./threads/primes.js', import.meta.url) })

await using group = workerGroup({
  worker: primes.worker,
  action: primes.handler('countPrimes'),
  workers: { min: 2, max: 2 },
  scaling: fixed(2),
  ordered: true,
})

// The main thread goes on while two others count.
const outcomes = await lastValueFrom(group.consume([10, 100_000, 200_000]).pipe(toArray()))
for (const { message, ...end } of outcomes) console.log(`${end.type === 'completed' ? end.value : end.type} primes below ${message.payload}`)
