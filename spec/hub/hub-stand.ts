import { memoryBus, type MemoryBus, type MemoryBusOptions } from '../../src/bus/memory-bus.js'
import type { Delivery, MessageBus } from '../../src/bus/bus.js'
import { createMessage } from '../../src/core/create-message.js'
import type { Envelope } from '../../src/core/message.js'
import { actionHub } from '../../src/hub/action-hub.js'
import type { ActionHub } from '../../src/hub/hub-contract.js'
import type { ActionHubOptions } from '../../src/hub/hub-options.js'
import type { Actions, Entries } from '../../src/hub/registry.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { BehaviorSubject } from 'rxjs'
import { VirtualTime } from '../support/virtual-time.js'

export interface Stand<R extends Entries, S> {
  readonly clock: VirtualTime
  readonly bus: MemoryBus
  readonly hub: ActionHub<R, S>
  readonly escalations: Escalation[]
  readonly warnings: string[]
  /** Puts a message on a topic, as another process would. */
  readonly publish: (topic: string, payload: unknown, envelope?: Envelope) => Promise<void>
}

type HubOptions<R extends Entries, S> = Partial<ActionHubOptions<ActionHub<R, S>, Actions<R>, S>>

/** A hub on a memory bus, in virtual time; its escalations are listened to unless `deaf`. */
export const stand = <R extends Entries = Entries, S = undefined>(
  options: HubOptions<R, S> = {},
  { deaf = false, around = (bus: MessageBus) => bus, ...busOptions }: MemoryBusOptions & { readonly deaf?: boolean; readonly around?: (bus: MessageBus) => MessageBus } = {},
): Stand<R, S> => {
  const clock = new VirtualTime()
  const bus = memoryBus({ scheduler: clock, ...busOptions })
  const warnings: string[] = []
  const escalations: Escalation[] = []
  let ids = 0
  const newId = (): string => `id-${(ids += 1)}`
  const hub = actionHub<R, S>({ bus: around(bus), scheduler: clock, random: () => 0.5, newId, warn: (text) => warnings.push(text), ...options })
  if (!deaf) hub.escalations$.subscribe((escalation) => escalations.push(escalation))
  const publish = (topic: string, payload: unknown, envelope: Envelope = {}): Promise<void> =>
    bus.publish([createMessage(payload, { ...envelope, id: envelope.id ?? newId(), topic, sentAtMs: clock.now() })])
  return { clock, bus, hub, escalations, warnings, publish }
}

/** Everything that comes on a topic, acknowledged as it comes. */
export const listenTo = (bus: MessageBus, topic: string, group?: string): unknown[] => {
  const heard: unknown[] = []
  bus.deliveries({ topic, group, limit$: new BehaviorSubject(100) }).subscribe((delivery: Delivery) => {
    if (delivery.message._tag === 'Right') heard.push(delivery.message.right.payload)
    void delivery.settle({ type: 'ack' })
  })
  return heard
}

/** A value whose type the compiler is not to know: for what only comes from outside its reach. */
export const untyped = (value: unknown): ReturnType<typeof JSON.parse> => value
