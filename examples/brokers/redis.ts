// Needs a Redis server: `redis-server --port 6379`, then `node build/examples/brokers/redis.js redis://127.0.0.1:6379`.
import { Redis } from 'ioredis'
import { actionHub, deadTopic, resume, type Job } from 'rxcrew'
import { redisBus } from 'rxcrew/redis'

// #region bus
const client = new Redis(process.argv[2] ?? 'redis://127.0.0.1:6379', { lazyConnect: true })
const bus = redisBus({ client, leaseMs: 30_000, maxAttempts: 5 })
bus.status$.subscribe((status) => console.log(`redis is ${status}`))
// #endregion

// #region hub
const hub = actionHub({ bus })
const thumbnails = hub.do('thumbnails', {
  action: async ({ input }: Job<string, string>) => {
    if (input === 'broken.png') throw new Error('not a picture')
    return `${input}, smaller`
  },
  workers: { min: 2, max: 8 },
  supervision: resume(),
})
thumbnails.outcomes$.subscribe((outcome) => console.log(outcome.type))
hub.start()

// Resolves when Redis has it. Other processes with a group of this name share the work.
for (const picture of ['a.png', 'broken.png', 'b.png']) await hub.send('thumbnails', picture)
// #endregion

await new Promise<void>((resolve) => {
  let ended = 0
  thumbnails.outcomes$.subscribe(() => {
    ended += 1
    if (ended === 3) resolve()
  })
})
await hub.drain()
console.log(`dead letters on ${deadTopic('thumbnails')}: ${await bus.replay('thumbnails', () => false)} sent back`)
await bus.close()
