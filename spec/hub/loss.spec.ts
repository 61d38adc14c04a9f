import { map, NEVER, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Delivery, MessageBus, Settlement } from '../../src/bus/bus.js'
import { Losable } from '../../src/bus/losable.js'
import { createMessage } from '../../src/core/create-message.js'
import { OptionsError } from '../../src/core/options-error.js'
import { stand } from './hub-stand.js'

/** A delivery that is lost when the spec says so. */
class Loan extends Losable implements Delivery {
  readonly attempt = 1
  readonly message: Delivery['message']
  readonly #name: string
  readonly #settled: string[]

  constructor(name: string, settled: string[]) {
    super()
    this.#name = name
    this.#settled = settled
    this.message = { _tag: 'Right', right: createMessage(name, { id: name, topic: 'work', sentAtMs: 0 }) }
  }

  settle({ type }: Settlement): Promise<boolean> {
    this.#settled.push(`${this.#name} ${type}`)
    return Promise.resolve(true)
  }

  extend(): Promise<boolean> {
    return Promise.resolve(true)
  }

  lose(): void {
    this.loseFor(new Error('lost'))
  }
}

/** The same bus, with deliveries that have nothing but what every bus must give. */
const plain = (bus: MessageBus): MessageBus => ({
  ...bus,
  deliveries: (options) => bus.deliveries(options).pipe(map((delivery): Delivery => ({
    message: delivery.message,
    attempt: delivery.attempt,
    get lost() {
      return delivery.lost
    },
    settle: (settlement) => delivery.settle(settlement),
    extend: () => delivery.extend(),
  }))),
})

describe.each([['tells of it by calls', (bus: MessageBus) => bus], ['only has a signal', plain]])('a lost lease, of a bus that %s', (_kind, around) => {
  const lossy = { around, leaseMs: 1_000, maxAttempts: 2 }

  it('aborts the job, and what waits in the line never starts', async () => {
    const { bus, hub, clock, publish } = stand({}, lossy)
    const told: string[] = []
    const group = hub.do('work', {
      workers: { max: 1 }, prefetch: 1,
      action: ({ input, signal }) => {
        told.push(`${String(input)} starts`)
        signal.addEventListener('abort', () => told.push(`${String(input)} aborted`))
        return NEVER
      },
    })
    hub.start()
    await publish('work', 'a')
    await publish('work', 'b')
    await clock.runUntil(999)
    expect(told).toEqual(['a starts'])
    group.pause()
    await clock.runUntil(1_001)
    expect(told).toEqual(['a starts', 'a aborted'])
    expect(group.stats()).toMatchObject({ cancelled: 2, waiting: 0, inFlight: 0 })
    expect(bus.counts('work', 'work')).toMatchObject({ acked: 0, dead: 0, late: 0 })
  })

  it('gives up the place of what waits for room', async () => {
    const deliveries$ = new Subject<Delivery>()
    const { hub, clock } = stand({}, { around: (bus) => around({ ...bus, deliveries: () => deliveries$ }) })
    const settled: string[] = []
    const started: unknown[] = []
    const ends: (() => void)[] = []
    const group = hub.do('work', { workers: { max: 1 }, capacity: 1, action: ({ input }) => new Promise<void>((resolve) => { started.push(input); ends.push(resolve) }) })
    hub.start()
    const loans = ['a', 'b', 'c', 'd'].map((name) => new Loan(name, settled))
    for (const loan of loans) deliveries$.next(loan)
    await clock.settle()
    expect(group.stats().received).toBe(2)
    loans[2]?.lose()
    for (let left = 4; left > 0; left -= 1) {
      ends.shift()?.()
      await clock.settle()
    }
    expect([started, settled, group.stats().received]).toEqual([['a', 'b', 'd'], ['a ack', 'b ack', 'd ack'], 3])
  })

  it('while a message is taken in aborts it as well', async () => {
    const { bus, hub, clock, publish } = stand({}, lossy)
    const reasons: unknown[] = []
    const group = hub.do('work', {
      action: (job) => {
        void bus.close()
        job.signal.addEventListener('abort', () => reasons.push(job.signal.aborted))
        return NEVER
      },
    })
    hub.start()
    await publish('work', 1)
    await clock.settle()
    expect([reasons, group.stats().cancelled]).toEqual([[true], 1])
  })
})

describe('how a hub keeps leases', () => {
  it('is checked when the hub is made', () => {
    expect(() => stand({ lease: { leaseMs: 100, maxLeaseMs: 99 } })).toThrow(OptionsError)
    expect(() => stand({ lease: { maxLeaseMs: 99 } })).toThrow('lease.maxLeaseMs')
  })
})
