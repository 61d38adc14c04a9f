import * as t from 'io-ts'
import { action, actionHub, actions, memoryBus, RemoteError, type Job } from 'rxcrew'

const bus = memoryBus()
const hub = actionHub({
  bus,
  actions: actions({
    total: action({
      name: 'total',
      input: t.type({ prices: t.array(t.number) }),
      output: t.number,
      handle: ({ input }) => input.prices.reduce((sum, price) => sum + price, 0),
    }),
  }),
})
const notes = hub.do('notes', {
  action: ({ input, address }: Job<string, unknown>) => console.log(`${address}: ${input}`),
  workers: { max: 2 },
})
hub.start()

// Typed by the registry: `prices` is checked by the compiler, and again where it arrives.
console.log(await hub.request('total', { prices: [3, 4.5] }))

// What comes from outside may be anything.
const fromOutside: { prices: number[] } = JSON.parse('{ "prices": [1, "2"] }')
await hub.request('total', fromOutside).catch((error: unknown) => {
  console.log(error instanceof RemoteError ? `${error.outcome}: ${error.message}` : error)
})

await hub.send('notes', 'sent, not asked')
await notes.idle()
for (const { address, received, processed, rejected } of hub.stats()) console.log({ address, received, processed, rejected })
await hub.drain()
await bus.close()
