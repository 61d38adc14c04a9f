import { once } from 'node:events'
import * as E from 'fp-ts/lib/Either.js'
import { Redis } from 'ioredis'
import { filter, firstValueFrom, interval, tap } from 'rxjs'
import { actionHub, type Delivery, type Job, type MessageBus } from 'rxcrew'
import { redisBus } from 'rxcrew/redis'
import { hash, type Place } from '../duplicates/actions.js'
import { FoundFile, type MeasuredFile } from '../duplicates/files.js'
import { DEFAULTS, stagesOf } from '../duplicates/stages.js'
import { LEASE_MS } from './lease.js'
import { Call, heard, Orders, type Word } from './words.js'

// One worker process: the groups `stat` and `hash` of the index job, on Redis. Groups of one name share the work.

const { number, redis, prefix, root, maxSize, workers, asksAt } = heard(Orders, JSON.parse(process.argv[2] ?? 'null'))

const tell = (word: Word): unknown => process.send?.(word)

/** The bus, telling of each message that somebody had before. */
const telling = (bus: MessageBus): MessageBus => ({
  publish: (messages) => bus.publish(messages),
  deliveries: (options) => bus.deliveries(options).pipe(tap(tellAgain)),
  replay: (topic, letters) => bus.replay(topic, letters),
  close: () => bus.close(),
  status$: bus.status$,
  features: bus.features,
})

const tellAgain = ({ message, attempt }: Delivery): void => {
  if (attempt === 1 || E.isLeft(message)) return
  const { path } = heard(FoundFile, message.right.payload)
  tell({ type: 'again', path })
}

let begun = 0

const begin = async (path: string): Promise<void> => {
  begun += 1
  tell({ type: 'begins', path })
  if (begun !== asksAt) return
  tell({ type: 'asks' })
  await called('goOn')
}

const called = async (wanted: Call): Promise<void> => {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is that one
    const [call] = await once(process, 'message')
    if (heard(Call, call) === wanted) return
  }
}

/** The same action, and word of when it begins and ends. */
const watched = {
  ...hash,
  handle: async (job: Job<MeasuredFile, Buffer, Place>): Promise<void> => {
    await begin(job.input.path)
    try {
      await hash.handle(job)
    } finally {
      tell({ type: 'ends', path: job.input.path })
    }
  },
}

// Ctrl-C in a terminal reaches every process; what is to be done then is for the first one to say.
process.on('SIGINT', () => undefined)
// Who started this process is gone: nobody wants what it does.
process.once('disconnect', () => process.exit())

const bus = redisBus({ client: new Redis(redis, { lazyConnect: true }), prefix, leaseMs: LEASE_MS })
const hub = actionHub({ bus: telling(bus), services: { root, maxSize }, defaults: DEFAULTS, lease: { leaseMs: LEASE_MS } })
const stages = stagesOf(workers)
hub.do('stat', stages.stat)
const hashing = hub.do('hash', { ...stages.hash, action: watched })
hub.start()

const reports = interval(250).subscribe(() => tell({ type: 'stats', reading: { ...hashing.stats(), address: `process ${number}` } }))
const leave = called('leave')
await firstValueFrom(bus.status$.pipe(filter((status) => status === 'live')))
tell({ type: 'ready' })

await leave
reports.unsubscribe()
await hub.stop()
await bus.close()
process.exit()
