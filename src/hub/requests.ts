import { isLeft } from '../core/either.js'
import type { Delivery } from '../bus/bus.js'
import { ack } from '../bus/settlement.js'
import { describe } from '../core/describe.js'
import { TimeoutError } from '../core/failure.js'
import type { Message } from '../core/message.js'
import type { ConsumerHost } from './consumer.js'
import { HubStoppedError, RemoteError, type RequestOptions } from './hub-contract.js'
import { Listening } from './listening.js'
import { FAILURE_HEADER } from './outbox.js'

/** Answers taken at once: each is settled as it comes, so this paces nothing but a flood. */
const AT_ONCE = 100

/** Questions that wait for their answer on a topic of this hub's own, which is listened to from the first question on. */
export interface Requests {
  ask(name: string, topic: string, payload: unknown, options: RequestOptions): Promise<unknown>
  /** Rejects whoever still waits. */
  close(): void
}

interface Open {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

export const requests = (host: ConsumerHost, newId: () => string): Requests => {
  const { outbox, scheduler, edge } = host
  const open = new Map<string, Open>()
  let replyTo: string | undefined
  let listening: Listening | undefined

  const answer = ({ correlationId = '', payload, headers }: Message): void => {
    // Late, or twice: nobody waits for it any more.
    const asked = open.get(correlationId)
    open.delete(correlationId)
    const failure = headers[FAILURE_HEADER]
    if (failure === undefined) asked?.resolve(payload)
    else asked?.reject(new RemoteError(failure, typeof payload === 'string' ? payload : describe(payload)))
  }

  const listen = (address: string): Listening => {
    const next = (delivery: Delivery): void => {
      delivery.settle(ack).catch((error: unknown) => edge('a settlement', error))
      if (!isLeft(delivery.message)) answer(delivery.message.right)
    }
    const its = new Listening(host, { topic: address }, { address, next, error: (error) => edge('answers', error), complete: () => undefined }, AT_ONCE)
    its.open()
    return its
  }

  return {
    ask: (name, topic, payload, { timeoutMs = 30_000, ...envelope }) =>
      new Promise((resolve, reject) => {
        replyTo ??= `replies.${newId()}`
        listening ??= listen(replyTo)
        const { correlationId = newId(), expiresAtMs = scheduler.now() + timeoutMs } = envelope
        const timer = scheduler.schedule(() => end(() => reject(new TimeoutError(timeoutMs, `the request to ${name}`))), timeoutMs)
        const end = (tellIt: () => void): void => {
          open.delete(correlationId)
          timer.unsubscribe()
          tellIt()
        }
        open.set(correlationId, { resolve: (value) => end(() => resolve(value)), reject: (error) => end(() => reject(error)) })
        outbox.send(topic, payload, { ...envelope, correlationId, expiresAtMs, replyTo }).catch((error: unknown) => end(() => reject(error)))
      }),
    close: () => {
      listening?.close()
      for (const { reject } of [...open.values()]) reject(new HubStoppedError())
    },
  }
}
