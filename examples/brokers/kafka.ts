import { Kafka, logLevel } from 'kafkajs'
import { action, actionHub } from 'rxcrew'
import { kafkaBus, kafkajsClient } from 'rxcrew/kafka'

const kafka = new Kafka({ brokers: [process.argv[2] ?? '127.0.0.1:9092'], logLevel: logLevel.NOTHING })
const bus = kafkaBus({ client: kafkajsClient(kafka) })
bus.status$.subscribe((status) => console.log(`the bus is ${status}`))

const greet = action({ name: 'greet', handle: async ({ input }) => `hello ${String(input)}` })
const hub = actionHub({ bus })
hub.do('greet', { action: greet, workers: { min: 1, max: 8 } })
hub.start()

// The first message takes three seconds: a consumer group waits for members to join.
console.log(await hub.request('greet', 'kafka', { timeoutMs: 30_000 }))
await hub.drain()
await bus.close()
