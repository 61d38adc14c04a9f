import { setTimeout as sleep } from 'node:timers/promises'
import { lastValueFrom, map, toArray } from 'rxjs'
import { workerGroup, type Job } from 'rxcrew'

interface Order {
  readonly customer: string
  readonly item: string
  readonly ms: number
}
const orders: readonly Order[] = [
  { customer: 'ann', item: 'apple', ms: 20 },
  { customer: 'ann', item: 'pear', ms: 1 },
  { customer: 'bob', item: 'plum', ms: 1 },
]

const handle = async ({ input: { customer, item, ms } }: Job<Order>) => {
  await sleep(ms)
  return `${customer}'s ${item}`
}

const run = async (what: string, group: ReturnType<typeof workerGroup<Order, string>>) => {
  const values = group.consume(orders).pipe(map((outcome) => (outcome.type === 'completed' ? outcome.value : outcome.type)), toArray())
  console.log(`${what}: ${(await lastValueFrom(values)).join(', ')}`)
  await group.drain()
}

const workers = { min: 3, max: 3 }
await run('key', workerGroup({ action: handle, workers, key: ({ customer }) => customer }))
await run('ordered', workerGroup({ action: handle, workers, ordered: true }))
