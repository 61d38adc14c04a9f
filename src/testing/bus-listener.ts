import { isRight } from 'fp-ts/lib/Either.js'
import { BehaviorSubject, type Observable } from 'rxjs'
import type { Delivery, MessageBus } from '../bus/bus.js'
import { createMessage, type NewMessage } from '../core/create-message.js'
import type { Message } from '../core/message.js'
import { type BusTrial, expectThat } from './bus-environment.js'

/** A message with what most cases do not care about filled in. */
export const messageOf = (topic: string, payload: unknown, envelope: Partial<NewMessage> = {}): Message =>
  createMessage(payload, { id: `${topic}-${String(payload)}`, sentAtMs: 1, ...envelope, topic })

/** Several messages whose payloads are the numbers from 0 on. */
export const numbered = (topic: string, count: number, envelope: Partial<NewMessage> = {}): readonly Message[] =>
  Array.from({ length: count }, (_, index) => messageOf(topic, index, envelope))

/** What a listener is given, and how its stream ended. */
export interface Listener {
  readonly got: readonly Delivery[]
  readonly end: 'none' | 'completed' | { readonly error: unknown }
  /** Unsettled deliveries: now, and at most. */
  readonly unsettled: number
  readonly mostUnsettled: number
  readonly limit$: BehaviorSubject<number>
  /** Payloads of what decoded, in order of delivery. */
  payloads(): readonly unknown[]
  /** The delivery of this number, which must have come. */
  at(index: number): Delivery
  /** Settles everything unsettled as handled. */
  ackAll(): Promise<void>
  settle(index: number, settlement: Parameters<Delivery['settle']>[0]): Promise<boolean>
  leave(): void
}

export interface ListenOptions {
  readonly topic: string
  readonly group?: string | undefined
  readonly limit?: number | undefined
  readonly limit$?: Observable<number> | undefined
  /** Told each delivery as it comes. */
  readonly each?: ((delivery: Delivery) => void) | undefined
}

export const listen = (bus: MessageBus, { topic, group, limit = 100, limit$, each }: ListenOptions): Listener => {
  const got: Delivery[] = []
  const open = new Set<number>()
  const limits$ = new BehaviorSubject(limit)
  let end: Listener['end'] = 'none'
  let mostUnsettled = 0
  const settle: Listener['settle'] = async (index, settlement) => {
    open.delete(index)
    return at(index).settle(settlement)
  }
  const at = (index: number): Delivery => {
    const delivery = got[index]
    expectThat(delivery !== undefined, `delivery ${index} should have come, but only ${got.length} have`)
    return delivery
  }
  const subscription = bus.deliveries({ topic, group, limit$: limit$ ?? limits$ }).subscribe({
    next: (delivery) => {
      open.add(got.push(delivery) - 1)
      mostUnsettled = Math.max(mostUnsettled, open.size)
      each?.(delivery)
    },
    complete: () => {
      end = 'completed'
    },
    error: (error: unknown) => {
      end = { error }
    },
  })
  return {
    got,
    get end() {
      return end
    },
    get unsettled() {
      return open.size
    },
    get mostUnsettled() {
      return mostUnsettled
    },
    limit$: limits$,
    payloads: () => got.map(payloadOf),
    at,
    settle,
    ackAll: async () => {
      await Promise.all([...open].map((index) => settle(index, { type: 'ack' })))
    },
    leave: () => subscription.unsubscribe(),
  }
}

/** The payload of a delivery; the reason if it did not decode. */
export const payloadOf = ({ message }: Delivery): unknown => (isRight(message) ? message.right.payload : message.left.reason)

/** The message of a delivery that must have decoded. */
export const received = ({ message }: Delivery): Message => {
  expectThat(isRight(message), 'the delivery should hold a message')
  return message.right
}

/** Resolves once the bus has carried a message published after everything else: what should not come has had its chance. */
export const quiet = async (trial: BusTrial, name: string): Promise<void> => {
  const { bus } = trial
  const probe = listen(bus, { topic: `${name}-probe`, group: 'probe' })
  await bus.publish([messageOf(`${name}-probe`, 'probe')])
  await trial.eventually('the probe comes', () => probe.got.length > 0)
  await probe.ackAll()
  probe.leave()
}
