import { actionHub, createMessage, memoryBus, type Job } from 'rxcrew'
import { faultyBus, virtualTime } from 'rxcrew/testing'

const COUNT = 100

const time = virtualTime()
const { scheduler } = time
const inner = memoryBus({ scheduler, leaseMs: 500, maxAttempts: Infinity })
const bus = faultyBus(inner, { seed: 7, untilMs: 10_000, scheduler })

const handled = new Map<unknown, number>()
const hub = actionHub({ bus, scheduler, lease: { leaseMs: 500 }, warn: () => undefined })
hub.do('count', {
  action: async ({ input, signal }: Job<number>) => {
    await time.delay(20, signal)
    handled.set(input, (handled.get(input) ?? 0) + 1)
  },
})
hub.start()

/** A sender that must not lose anything sends until it is confirmed. */
const publish = async (payload: number): Promise<void> => {
  const message = createMessage(payload, { id: `m${payload}`, topic: 'count', sentAtMs: time.nowMs })
  await bus.publish([message]).catch(async () => {
    await time.advance(50)
    await publish(payload)
  })
}

for (let payload = 0; payload < COUNT; payload += 1) {
  await publish(payload)
  await time.advance(20)
}
await time.advance(60_000)
await time.run(hub.drain())

const kinds = new Map<string, number>()
for (const { fault } of bus.faults) kinds.set(fault, (kinds.get(fault) ?? 0) + 1)
console.log(`${bus.faults.length} faults: ${[...kinds].map(([fault, times]) => `${times} ${fault}`).join(', ')}`)
console.log(`${handled.size} of ${COUNT} messages handled, ${[...handled.values()].filter((times) => times > 1).length} of them more than once`)
const { waiting, unsettled, dead } = inner.counts('count', 'count')
console.log(`${waiting} waiting, ${unsettled} unsettled, ${dead} dead`)
