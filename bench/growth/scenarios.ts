import { setImmediate as turn } from 'node:timers/promises'
import * as t from 'io-ts'
import { action, actionHub, actions, constant, createMessage, memoryBus, restartOne, workerGroup, type ActionHub, type Job, type MemoryBus } from 'rxcrew'
import type { Contender } from '../contender.js'
import { contenders as groups, groupOf } from '../contenders/groups.js'
import { contenders as operators } from '../contenders/operators.js'
import { feeder } from './feeder.js'
import { heapBytes, leastNs, type Point } from './point.js'

type Probe = (size: number) => Promise<Point>

/** Cost of something against its size: one curve for each probe. */
export interface Scenario {
  readonly title: string
  readonly sizes: readonly number[]
  /** What is counted along the axis. */
  readonly axis: string
  /** What the time is for. */
  readonly per: string
  readonly curves: Readonly<Record<string, Probe>>
}

const WARM_MESSAGES = 100_000
const SOME = 20_000

const named = (name: string): Contender => {
  const found = operators[name] ?? groups[name]
  if (found === undefined) throw new Error(`no contender is called '${name}'`)
  return found
}

/** So many messages through something that is new, and then the cost of some more. */
const passed = async (contender: Contender, atOnce: number, messages: number): Promise<Point> => {
  const warm = feeder(contender, atOnce)
  await warm.feed(WARM_MESSAGES)
  await warm.close()
  const fresh = feeder(contender, atOnce)
  const before = heapBytes()
  await fresh.feed(messages)
  const ns = await leastNs(SOME, () => fresh.feed(SOME))
  const heldBytes = heapBytes() - before
  await fresh.close()
  return { ns, heldBytes }
}

const powers = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))

const messages: Scenario = {
  title: 'Messages that have passed', axis: 'messages', per: 'message', sizes: powers(3, 7),
  curves: { scaleMap: (size) => passed(named('scaleMap'), 16, size), group: (size) => passed(named('group'), 16, size) },
}

const workers: Scenario = {
  title: 'Workers', axis: 'workers', per: 'message', sizes: [1, 4, 16, 64, 256, 1_024, 4_096],
  curves: { scaleMap: (size) => passed(named('scaleMap'), size, WARM_MESSAGES), group: (size) => passed(named('group'), size, WARM_MESSAGES) },
}

const keyed = (keys: number): Contender => groupOf('a key for each message', () => ({ key: (message) => String(message % keys) }))

const keys: Scenario = {
  title: 'Keys', axis: 'different keys', per: 'message', sizes: powers(0, 6),
  curves: { 'group with a key': (size) => passed(keyed(size), 16, Math.max(WARM_MESSAGES, size)) },
}

const timers = (): number => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length

let handled = 0

const count = ({ input }: Job<number, unknown>): void => {
  handled += input
}

type Filled = (bus: MemoryBus, names: readonly string[]) => Pick<ActionHub, 'start' | 'drain'>

const asked: Filled = (bus, names) => {
  const hub = actionHub({ bus })
  for (const name of names) hub.do(name, { action: count })
  return hub
}

const registered: Filled = (bus, names) =>
  actionHub({ bus, actions: actions(Object.fromEntries(names.map((name) => [name, action({ name, input: t.number, handle: count })]))) })

/** Groups that wait in a hub, and then messages for all of them in turn. */
const hubOf = (filled: Filled) => async (size: number): Promise<Point> => {
  const names = Array.from({ length: size }, (_, n) => `group${n}`)
  handled = 0
  const before = heapBytes()
  const bus = memoryBus()
  const started = performance.now()
  const hub = filled(bus, names)
  hub.start()
  const startMs = performance.now() - started
  await turn()
  const timersIdle = timers()
  const heldBytes = heapBytes() - before
  const publish = async (): Promise<void> => {
    for (let n = 0; n < SOME; n++) await bus.publish([createMessage(1, { id: String(n), topic: `group${n % size}`, sentAtMs: 1 })])
    published += SOME
  }
  let published = 0
  const ns = await leastNs(SOME, publish)
  if (handled !== published) throw new Error(`of ${published} messages ${handled} were handled`)
  await hub.drain()
  return { ns, heldBytes, notes: { 'KB a group': heldBytes / size / 1_024, 'ms to start': startMs, 'timers while idle': timersIdle } }
}

const hub: Scenario = { title: 'Groups in a hub', axis: 'groups', per: 'message', sizes: powers(0, 4), curves: { 'made by hub.do': hubOf(asked), 'registered, made when needed': hubOf(registered) } }

const FAILURES = 2_000

/** Every item fails, and its worker is replaced. */
const restarted = async (size: number): Promise<Point> => {
  const group = workerGroup({
    action: () => { throw new Error('again') },
    supervision: restartOne({ backoff: constant(0), maxRestarts: Infinity }),
  })
  const fail = async (items: number): Promise<void> => {
    for (let n = 0; n < items; n++) await group.submit(n).catch(() => undefined)
  }
  await fail(FAILURES)
  const before = heapBytes()
  await fail(size)
  const ns = await leastNs(FAILURES, () => fail(FAILURES))
  const heldBytes = heapBytes() - before
  const { restarts } = group.stats()
  await group.stop()
  if (restarts < size) throw new Error(`${restarts} restarts after ${size} failures`)
  return { ns, heldBytes }
}

const restarts: Scenario = { title: 'Restarts', axis: 'restarts', per: 'restart', sizes: powers(0, 5), curves: { 'group, every item fails': restarted } }

export const SCENARIOS: Readonly<Record<string, Scenario>> = { messages, workers, keys, hub, restarts }
