import { afterAll, afterEach, beforeAll } from 'vitest'
import type { BusStatus, MessageBus } from '../../../src/bus/bus.js'
import { rabbitmqBus, type RabbitmqBus } from '../../../src/bus/rabbitmq/rabbitmq-bus.js'
import type { RabbitmqBusOptions } from '../../../src/bus/rabbitmq/rabbitmq-options.js'
import { trialOf } from '../../../src/testing/bus-environment.js'
import { type RabbitmqServer, rabbitmqServer } from '../support/rabbitmq-server.js'

export interface Stand {
  readonly server: RabbitmqServer
  /** A bus that is closed after the case; on its own topics unless it shares a prefix. */
  bus(options?: Partial<RabbitmqBusOptions>): RabbitmqBus
  /** Resolves once the predicate holds; else rejects after a minute. */
  eventually(what: string, predicate: () => boolean): Promise<void>
  /** Done after the case. */
  after(end: () => Promise<unknown>): void
}

/** A server of the spec file's own. */
export const rabbitmqStand = (): Stand => {
  let server: RabbitmqServer | undefined
  let prefixes = 0
  const ends: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    server = await rabbitmqServer()
    await server.start()
  })
  afterEach(async () => {
    // The other way round: a bus before the way to its server.
    for (const end of ends.splice(0).toReversed()) {
      // oxlint-disable-next-line no-await-in-loop
      await end()
    }
  })
  afterAll(() => server?.end())
  return {
    get server() {
      if (server === undefined) throw new Error('the server is not started yet')
      return server
    },
    bus(options = {}) {
      const way = options.connect === undefined && options.connection === undefined ? { url: this.server.url } : {}
      const bus = rabbitmqBus({ ...way, prefix: `case-${(prefixes += 1)}.`, ...options })
      ends.push(() => bus.close())
      return bus
    },
    after: (end) => void ends.push(end),
    eventually: (what, predicate) => trialOf({ bus: NO_BUS, leaseMs: 1, publishRaw: async () => undefined, patienceMs: 60_000 }).eventually(what, predicate),
  }
}

const unused = (): never => {
  throw new Error('not a bus')
}

const NO_BUS: MessageBus = { publish: unused, deliveries: unused, replay: unused, close: unused, get status$() { return unused() }, get features() { return unused() } }

/** Every state a bus has had. */
export const statuses = (bus: MessageBus): readonly BusStatus[] => {
  const told: BusStatus[] = []
  bus.status$.subscribe((status) => told.push(status))
  return told
}
