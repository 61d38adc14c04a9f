// Needs a server: nats-server -js -sd "$(mktemp -d)"
import { firstValueFrom } from 'rxjs'
import { connect } from '@nats-io/transport-node'
import { actionHub, type Job } from 'rxcrew'
import { natsBus } from 'rxcrew/nats'

const servers = process.argv[2] ?? 'nats://127.0.0.1:4222'
const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 500, timeout: 2_000 })
const bus = natsBus({ connection, storage: 'memory' })
const hub = actionHub({ bus })

const mail = hub.do('mail', {
  action: async ({ input, attempt }: Job<string>) => console.log(`delivered ${input}, attempt ${attempt}`),
  workers: { min: 1, max: 8 },
})
hub.start()

const delivered = firstValueFrom(mail.outcomes$)
await hub.send('mail', 'a letter')
console.log((await delivered).type)

await hub.drain()
await bus.close()
await connection.close()
