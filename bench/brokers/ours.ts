import { firstValueFrom, filter, of } from 'rxjs'
import { ack, actionHub, fixed, resume, workerGroup, type Delivery, type Job, type Message, type MessageBus, type WorkerGroup } from 'rxcrew'
import { CREDIT, GROUP, PIECE, WORKERS, type Contender, type LineMaker, type Payload, type RunningBroker } from './broker.js'
import { payloadOf, piecesOf, sumOf, tallyOf, work } from './messages.js'

/** What is of this library, for any bus: each contender has a connection of its own, made before the clock starts. */
type MakeBus = RunningBroker['bus']

const groupOf = (handle: (payload: Payload) => Promise<number>): WorkerGroup<unknown, number> =>
  workerGroup({
    action: ({ input }: Job) => handle(payloadOf(input)),
    workers: { min: WORKERS, max: WORKERS },
    scaling: fixed(WORKERS),
    supervision: resume(),
    capacity: WORKERS,
  })

/** A group on a bus, without a hub. */
const offerTo = (group: WorkerGroup<unknown, number>, delivery: Delivery, told: (value: number) => void): void => {
  if (delivery.message._tag === 'Left') throw new Error(delivery.message.left.reason)
  const { right: message } = delivery.message
  void group.offer(message.payload, {
    ...message,
    waits: 'line',
    onOutcome: (outcome) => void delivery.settle(ack).then((settled) => told(settled && outcome.type === 'completed' ? outcome.value : Number.NaN)),
  })
}

/** Sends all, a piece at a time. */
export const publishAll = async (bus: MessageBus, messages: readonly Message[]): Promise<void> => {
  for (const piece of piecesOf(messages, PIECE)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await bus.publish(piece)
  }
}

const live = async (makeBus: MakeBus): Promise<MessageBus> => {
  const bus = await makeBus()
  await firstValueFrom(bus.status$.pipe(filter((status) => status === 'live')))
  return bus
}

export const handlesInGroup = (makeBus: MakeBus): Contender => ({
  name: `bus and a group of ${WORKERS}`,
  prepare: async (topic, messages) => {
    const bus = await live(makeBus)
    await publishAll(bus, messages)
    const group = groupOf(work)
    const tally = tallyOf(messages.length)
    return {
      run: async () => {
        bus.deliveries({ topic, group: GROUP, limit$: of(CREDIT) }).subscribe((delivery) => offerTo(group, delivery, tally.tell))
        return tally.all
      },
      end: async () => {
        await bus.close()
        await group.stop()
      },
    }
  },
})

export const handlesInHub = (makeBus: MakeBus): Contender => ({
  name: `bus and a hub's group of ${WORKERS}`,
  prepare: async (topic, messages) => {
    const bus = await live(makeBus)
    await publishAll(bus, messages)
    const hub = actionHub({ bus })
    const tally = tallyOf(messages.length)
    const group = hub.doAlias(GROUP, topic, {
      action: async ({ input }: Job<unknown, unknown>) => work(payloadOf(input)),
      workers: { min: WORKERS, max: WORKERS },
      scaling: fixed(WORKERS),
      supervision: resume(),
    })
    group.outcomes$.subscribe((outcome) => tally.tell(outcome.type === 'completed' ? outcome.value : Number.NaN))
    return {
      run: () => {
        hub.start()
        return tally.all
      },
      end: async () => {
        await hub.drain()
        await bus.close()
      },
    }
  },
})

export const publishesOnBus = (makeBus: MakeBus): Contender => ({
  name: 'bus',
  prepare: async (_, messages) => {
    const bus = await live(makeBus)
    return {
      run: async () => {
        await publishAll(bus, messages)
        return sumOf(messages)
      },
      end: () => bus.close(),
    }
  },
})

export const lineOnBus = (makeBus: MakeBus): LineMaker => ({
  name: `bus and a group of ${WORKERS}`,
  open: async (topic, handle) => {
    const bus = await live(makeBus)
    const group = groupOf(handle)
    bus.deliveries({ topic, group: GROUP, limit$: of(CREDIT) }).subscribe((delivery) => offerTo(group, delivery, () => undefined))
    return {
      send: (message) => bus.publish([message]),
      end: async () => {
        await bus.close()
        await group.stop()
      },
    }
  },
})
