import { isRight } from 'fp-ts/lib/Either.js'
import { vi } from 'vitest'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { BusStatus, Delivery } from '../../../src/bus/bus.js'
import { type NatsBus, natsBus } from '../../../src/bus/nats/nats-bus.js'
import type { NatsTerms } from '../../../src/bus/nats/nats-options.js'
import type { Message } from '../../../src/core/message.js'
import { payloadOf } from '../../../src/testing/bus-listener.js'

/** A bus as a process of its own would have it, quick to notice what happens. */
export interface Stand {
  readonly bus: NatsBus
  readonly connection: NatsConnection
  /** Every status so far. */
  readonly statuses: readonly BusStatus[]
  close(): Promise<void>
}

export const standAt = async (servers: string, terms: NatsTerms = {}): Promise<Stand> => {
  const connection = await connect({ servers, reconnectTimeWait: 50, maxReconnectAttempts: -1, timeout: 1_000 })
  const bus = natsBus({ connection, heartbeatMs: 200, timeoutMs: 2_000, leaseMs: 2_000, ...terms })
  const statuses: BusStatus[] = []
  bus.status$.subscribe((status) => statuses.push(status))
  return {
    bus,
    connection,
    statuses,
    close: async () => {
      await bus.close()
      await connection.close()
    },
  }
}

/** Resolves once it holds; rejects with what is missing when it does not within the time. */
export const until = (what: string, predicate: () => boolean | Promise<boolean>, timeout = 20_000): Promise<void> =>
  vi.waitFor(async () => {
    if (!(await predicate())) throw new Error(`still not: ${what}`)
  }, { timeout, interval: 20 })

/** Publishes again and again what was not confirmed, as a careful sender does. */
export const publishSurely = async (bus: NatsBus, messages: readonly Message[]): Promise<number> => {
  let failures = 0
  for (let at = 0; at < messages.length; ) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await bus.publish(messages.slice(at, at + 50))
      at += 50
    } catch {
      failures += 1
    }
  }
  return failures
}

/** How often each payload was handled. */
export class Journal {
  readonly handled = new Map<unknown, number>()
  readonly attempts: number[] = []

  /** Acknowledges it and notes that. */
  readonly take = (delivery: Delivery): void => {
    const payload = payloadOf(delivery)
    if (!isRight(delivery.message)) return
    this.attempts.push(delivery.attempt)
    this.handled.set(payload, (this.handled.get(payload) ?? 0) + 1)
    void delivery.settle({ type: 'ack' })
  }

  get twice(): number {
    return [...this.handled.values()].filter((times) => times > 1).length
  }
}
