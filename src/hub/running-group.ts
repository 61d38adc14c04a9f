import type { Subscription } from 'rxjs'
import type { DrainReport } from '../core/group-stats.js'
import { family, type Family } from '../group/family.js'
import { workerGroup } from '../group/worker-group.js'
import type { WorkerGroup } from '../group/worker-group-contract.js'
import { Consumer, type ConsumerHost } from './consumer.js'
import type { Target } from './consumer-target.js'
import type { Children, HubBatchOptions, HubGroupOptions } from './hub-options.js'

/** A group's options once they were checked. */
export type CheckedOptions = (HubGroupOptions & Pick<Required<HubGroupOptions>, 'action'>) | HubBatchOptions

/** What the hub gives its groups, beside what their consumers need. */
export interface GroupHost extends ConsumerHost {
  readonly services: unknown
  readonly childAddress: ((parent: string, child: string) => string) | undefined
}

/** What is to run, and where it listens. */
export interface Plan {
  readonly name: string
  readonly topic: string
  readonly consumerGroup: string | false
  readonly options: CheckedOptions
  readonly children: Children
}

/** A group of the hub with its children, their channels, and one end. */
export interface RunningGroup extends Plan {
  readonly group: WorkerGroup
  readonly family: Family
  /** Where messages for it and its children come from: its own first. */
  readonly consumers: readonly Consumer[]
  /** How its consumer reaches it. */
  readonly target: Target
  /** Made by a template, whose channel it uses and leaves behind. */
  readonly booted: boolean
  start(): void
  /** Resolves when all have stopped, whatever stopped them, and the bus knows of every outcome. */
  readonly ended: Promise<DrainReport>
}

/** @param channel - The template's, if one makes it; a group that is asked for has its own, and closes it. */
export const runGroup = (host: GroupHost, plan: Plan, channel?: Consumer): RunningGroup => {
  const { name, topic, consumerGroup, children } = plan
  const { scheduler, random, services, childAddress, tell } = host
  const own = channel ?? new Consumer(host, { address: name, topic, consumerGroup }, () => target)
  const given = { scheduler, random, services }
  const group = made({ ...plan.options, ...given, name, address: name, transport: own.transport })
  const kin = family(group, { childAddress, scheduler })
  const target = { group, ...takes(plan.options) }
  const escalations: Subscription[] = [group.escalations$.subscribe(tell)]
  const born = Object.entries(children).map(([child, options]) => {
    const address = (childAddress ?? defaultAddress)(name, child)
    const { consumerGroup: shared = address, prefetch, ...rest } = options
    const consumer = new Consumer(host, { address, topic: address, consumerGroup: shared }, () => ({ group: member, ...takes(options) }))
    const member = kin.add(child, { ...rest, ...given, transport: consumer.transport })
    escalations.push(member.escalations$.subscribe(tell))
    consumer.attach({ group: member, ...takes(options) })
    return consumer
  })
}
