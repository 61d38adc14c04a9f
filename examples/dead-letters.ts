import { firstValueFrom, of } from 'rxjs'
import { actionHub, deadTopic, memoryBus, resume, type Job } from 'rxcrew'

let broken = true
const bus = memoryBus()
const hub = actionHub({ bus })
const mail = hub.do('mail', {
  action: async ({ input }: Job<string, unknown>) => {
    if (broken) throw new Error('no route', { cause: new Error('the server is down') })
    console.log(`delivered ${input}`)
  },
  supervision: resume(),
})
hub.start()

await hub.send('mail', 'a letter')

// A dead letter is a message on a topic of its own. Leaving it unsettled leaves it there.
const dead$ = bus.deliveries({ topic: deadTopic('mail'), group: 'postmaster', limit$: of(1) })
const { message } = await firstValueFrom(dead$)
if (message._tag === 'Right') console.log(message.right.topic, JSON.stringify(message.right.payload, ['reason', 'causes', 'attempts']))

broken = false
const again = firstValueFrom(mail.outcomes$)
console.log(`replayed ${await hub.replay('mail')}`)
console.log((await again).type)
await hub.drain()
await bus.close()
