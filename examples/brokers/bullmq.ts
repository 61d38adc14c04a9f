// Needs a Redis server: `redis-server --port 6379`, then `node build/examples/brokers/bullmq.js redis://127.0.0.1:6379`.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import { lastValueFrom, mergeMap, take } from 'rxjs'
import { fixed, resume, workerGroup, type Job } from 'rxcrew'
import { BullmqJobs, type HeldJob } from './bullmq-jobs.js'

const connection = { url: process.argv[2] ?? 'redis://127.0.0.1:6379', maxRetriesPerRequest: null }
const name = `pictures-${randomUUID()}`
const queue = new Queue<string, string>(name, { connection })
const pictures = ['a.png', 'b.png', 'broken.png', 'c.png', 'd.png', 'e.png', 'f.png']
await queue.addBulk(pictures.map((data) => ({ name: 'thumbnail', data, opts: { attempts: 2 } })))

// #region group
const group = workerGroup({
  name: 'thumbnails',
  action: async ({ input: { job }, signal }: Job<HeldJob<string, string>>) => {
    await pause(50, undefined, { signal })
    if (job.data === 'broken.png') throw new Error('not a picture')
    return `${job.data}, smaller`
  },
  workers: { min: 3, max: 3 },
  scaling: fixed(3),
  supervision: resume(),
})

// Without a processor, BullMQ's worker fetches only what it is asked for.
const lockMs = 30_000
const worker = new Worker<string, string>(name, null, { connection, lockDuration: lockMs })
await worker.startStalledCheckTimer()
const jobs = new BullmqJobs(worker, { limit$: group.live$, token: randomUUID(), lockMs })
jobs.lost$.subscribe(({ id }) => console.log(`the lock of job ${id} was lost: another has it`))

const settled$ = group.consume(jobs).pipe(mergeMap(async (outcome) => {
  const told = await jobs.settle(outcome)
  console.log(`${outcome.message.payload.job.data}: ${told ? outcome.type : 'too late'}`)
}))
// #endregion

// The broken one fails twice.
await lastValueFrom(settled$.pipe(take(pictures.length + 1)))
const { completed, failed } = await queue.getJobCounts('completed', 'failed')
console.log(`BullMQ has ${completed} completed and ${failed} failed`)
await group.drain()
// All is settled: it need not wait for what it has just asked for.
await worker.close(true)
await queue.obliterate({ force: true })
await queue.close()
