import type { DrainReport } from '../core/group-stats.js'
import { Entrance } from '../group/entrance.js'
import { childrenAddress, family, type Family } from '../group/family.js'
import type { AnyGroupOptions } from '../group/settings.js'
import { workerGroup } from '../group/worker-group.js'
import type { WorkerGroup } from '../group/worker-group-contract.js'
import { Consumer, type ConsumerHost } from './consumer.js'
import type { Target } from './consumer-target.js'
import type { Children, HubBatchOptions, HubGroupOptions } from './hub-options.js'

/** A group's options once they were checked. */
export type CheckedOptions = (HubGroupOptions & { readonly action: NonNullable<HubGroupOptions['action']> }) | HubBatchOptions

/** What the hub gives its groups, beside what their consumers need. */
export interface GroupHost extends ConsumerHost {
  readonly services: unknown
  readonly childAddress: ((parent: string, child: string) => string) | undefined
}

/** What is to run, and where it listens. */
export interface Plan {
  readonly name: string
  readonly topic: string
  readonly options: CheckedOptions
  readonly children: Children
}

/** A group of the hub with its children, their channels, and one end. */
export interface RunningGroup {
  readonly name: string
  readonly group: WorkerGroup
  readonly family: Family
  /** Where its messages come from, and its children's: its own first. */
  readonly consumers: readonly [Consumer, ...(readonly Consumer[])]
  /** How its consumer reaches it. */
  readonly target: Target
  /** Made by a template, whose channel it uses and leaves behind. */
  readonly booted: boolean
  /** Starts to run and to listen. */
  start(): void
  /** Resolves when all have stopped, whatever stopped them, and the bus knows of every outcome. */
  readonly ended: Promise<DrainReport>
}

/** @param channel - Of the template that makes it; a group that was asked for has its own, which ends with it. */
export const runGroup = (host: GroupHost, { name, topic, options, children }: Plan, channel?: Consumer): RunningGroup => {
  const { scheduler, random, services, childAddress = childrenAddress, tell } = host
  const given = { scheduler, random, services }
  const { prefetch, consumerGroup = name, ...rest } = options
  const own = channel ?? new Consumer(host, { address: name, topic, consumerGroup }, () => target)
  const group = made({ ...rest, ...given, name, address: name, transport: own.transport })
  const target = { group, entrance: new Entrance(group), prefetch, width: options.batch?.max ?? 1, once: options.instance === 'oneTime' }
  group.escalations$.subscribe(tell)
  const kin = family(group, { childAddress, scheduler })

  const bear = ([child, childOptions]: readonly [string, Children[string]]): Consumer => {
    const address = childAddress(name, child)
    const { prefetch: ahead, consumerGroup: shared = address, ...said } = childOptions
    const consumer = new Consumer(host, { address, topic: address, consumerGroup: shared }, () => aim)
    const member = kin.add(child, { ...said, ...given, transport: consumer.transport })
    const aim = { group: member, entrance: new Entrance(member), prefetch: ahead, width: 1, once: false }
    member.escalations$.subscribe(tell)
    consumer.attach(aim)
    return consumer
  }
  const born = Object.entries(children).map(bear)

  const end = async (): Promise<DrainReport> => {
    const report = await kin.wait()
    await Promise.all([...born, ...(channel === undefined ? [own] : [])].map((consumer) => consumer.close()))
    return report
  }

  if (channel === undefined) own.attach(target)
  return {
    name,
    group,
    family: kin,
    consumers: [own, ...born],
    target,
    booted: channel !== undefined,
    start: () => {
      kin.start()
      // Children first: the parent may send to them at once.
      for (const consumer of born) consumer.open()
      own.open()
    },
    ended: end(),
  }
}

const made = (options: AnyGroupOptions): WorkerGroup => (options.batch === undefined ? workerGroup(options) : workerGroup(options))
