import { actionHub, memoryBus, type Job } from 'rxcrew'

const bus = memoryBus()
const hub = actionHub({ bus })

const orders = hub.do(
  'orders',
  { action: async (job: Job<string, unknown>) => job.send(`${job.address}/children/receipts`, `receipt for ${job.input}`) },
  {
    receipts: {
      action: async ({ input, address }) => {
        console.log(`${address}: ${String(input)}`)
      },
      workers: { min: 1, max: 2 },
    },
  },
)
hub.start()
await hub.send('orders', 'order 1')
await orders.idle()

for (const { address, supervision, processed } of hub.stats()) console.log({ address, supervision, processed })

// The end of the parent, whatever ends it, is the end of its children.
await orders.stop()
await hub.drain()
await bus.close()
