import { action, actionHub } from 'rxcrew'
import { rabbitmqBus } from 'rxcrew/rabbitmq'

const bus = rabbitmqBus({ url: process.argv[2] ?? 'amqp://guest:guest@127.0.0.1:5672' })
bus.status$.subscribe((status) => console.log(`the bus is ${status}`))

const greet = action({ name: 'greet', handle: async ({ input }) => `hello ${String(input)}` })
const hub = actionHub({ bus })
hub.do('greet', { action: greet, workers: { min: 1, max: 8 } })
hub.start()

console.log(await hub.request('greet', 'rabbit', { timeoutMs: 10_000 }))
await hub.drain()
await bus.close()
