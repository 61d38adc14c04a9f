import type { DrainReport } from '../core/group-stats.js'
import { Entrance } from '../group/entrance.js'
import { childrenAddress, family, type Family } from '../group/family.js'
import type { AnyGroupOptions } from '../group/settings.js'
import { workerGroup } from '../group/worker-group.js'
import type { DrainCall, WorkerGroup } from '../group/worker-group-contract.js'
import { Consumer, type ConsumerHost } from './consumer.js'
import type { Target } from './consumer-target.js'
import type { Children, HubBatchOptions, HubGroupOptions } from './hub-options.js'
import type { Escalation } from '../supervision/escalation.js'

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

/** A group, and how its messages reach it. */
interface Member {
  readonly group: WorkerGroup
  readonly consumer: Consumer
}

/** A group of the hub with its children, their channels, and one end. */
export class RunningGroup {
  readonly group: WorkerGroup
  /** How its consumer reaches it. */
  readonly target: Target
  /** Made by a template, whose channel it uses and leaves behind. */
  readonly booted: boolean
  /** Itself first, then its children. */
  readonly members: readonly [Member, ...(readonly Member[])]
  /** Resolves when all have stopped, whatever stopped them, and the bus knows of every outcome. */
  readonly ended: Promise<DrainReport>
  /** All of them: a family only if there are children, since most groups have none. */
  readonly #kin: Pick<WorkerGroup, 'start' | 'drain' | 'wait'>

  /** @param channel - Of the template that makes it; a group that was asked for has its own, which ends with it. */
  constructor(host: GroupHost, { name, topic, options, children }: Plan, channel?: Consumer) {
    const { prefetch, consumerGroup = name, onEscalation, ...said } = options
    const consumer = channel ?? new Consumer(host, { address: name, topic, consumerGroup })
    const group = made({ ...said, ...given(host, consumer), name, address: name, onEscalation: both(host.tell, onEscalation) })
    this.group = group
    this.target = { group, entrance: new Entrance(group), prefetch, width: options.batch?.max ?? 1, once: options.instance === 'oneTime' }
    this.booted = channel !== undefined
    const born = Object.entries(children)
    const kin = born.length === 0 ? undefined : family(group, { childAddress: host.childAddress, scheduler: host.scheduler })
    this.#kin = kin ?? group
    this.members = [{ group, consumer }, ...(kin === undefined ? [] : born.map(([child, its]) => bear(host, kin, child, its)))]
    if (!this.booted) consumer.attach(this.target)
    this.ended = this.#kin.wait().then((report) => this.#closed(report))
  }

  /** Starts to run and to listen. */
  start(): void {
    this.#kin.start()
    // Children first: the parent may send to them at once.
    for (const { consumer } of this.members.toReversed()) consumer.open()
  }

  drain(call: DrainCall): void {
    void this.#kin.drain(call)
  }

  async #closed(report: DrainReport): Promise<DrainReport> {
    await Promise.all(this.members.slice(this.booted ? 1 : 0).map(({ consumer }) => consumer.close()))
    return report
  }
}

const bear = (host: GroupHost, kin: Family, child: string, options: Children[string]): Member => {
  const address = (host.childAddress ?? childrenAddress)(kin.parent.address, child)
  const { prefetch, consumerGroup = address, ...said } = options
  const consumer = new Consumer(host, { address, topic: address, consumerGroup })
  const group = kin.add(child, { ...said, ...given(host, consumer), onEscalation: host.tell })
  consumer.attach({ group, entrance: new Entrance(group), prefetch, width: 1, once: false })
  return { group, consumer }
}

const given = ({ scheduler, random, services }: GroupHost, transport: Consumer) => ({ scheduler, random, services, transport })

/** The hub hears of an escalation before whoever else does. */
const both = (first: Tell, second: Tell | undefined): Tell => {
  if (second === undefined) return first
  return (escalation) => {
    first(escalation)
    second(escalation)
  }
}

type Tell = (escalation: Escalation) => void

const made = (options: AnyGroupOptions): WorkerGroup => (options.batch === undefined ? workerGroup(options) : workerGroup(options))
