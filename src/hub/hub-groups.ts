import { BehaviorSubject, type Subscription } from 'rxjs'
import { checkOptions, nonEmptyString } from '../core/options.js'
import type { DrainReport } from '../core/group-stats.js'
import { addReports } from '../group/family.js'
import { DRAIN_CODECS } from '../group/settings.js'
import type { DrainCall, WorkerGroup } from '../group/worker-group-contract.js'
import { Channels } from './channels.js'
import { Consumer } from './consumer.js'
import type { Target } from './consumer-target.js'
import { type GroupHealth, type HubPhase, HubStoppedError, UnknownActionError } from './hub-contract.js'
import { type Children, childrenCodec, HUB_GROUP_CODECS, type HubDefaults, type OrCreator } from './hub-options.js'
import { afterEvent, type HubEvent, type HubState, IDLE_HUB } from './hub-state.js'
import { type Actions, DuplicateActionError } from './registry.js'
import { type CheckedOptions, type GroupHost, type Plan, RunningGroup } from './running-group.js'
import { Table } from './table.js'
import type { Template } from './template.js'

/** The groups of a hub: made, started, counted, ended. */
export class HubGroups {
  readonly state$ = new BehaviorSubject<HubState>(IDLE_HUB)
  readonly #host: GroupHost
  readonly #defaults: HubDefaults
  readonly #channels: Channels
  readonly #registered: Subscription
  readonly #registry: Actions
  readonly #table = new Table<RunningGroup>()
  /** All that drains were told so far. */
  #call: DrainCall = {}
  /** Resolves when the hub has stopped. */
  readonly done: Promise<DrainReport>
  #stopped: (report: DrainReport) => void = () => undefined

  constructor(host: GroupHost, registry: Actions, defaults: HubDefaults) {
    this.#host = host
    this.#defaults = defaults
    this.#registry = registry
    this.done = new Promise((resolve) => { this.#stopped = resolve })
    this.#channels = new Channels({
      template: (name) => this.#template(name),
      holder: (name) => {
        const group = this.#table.get(name)
        if (group === undefined) return 'none'
        return group.booted ? 'booted' : 'own'
      },
      make: ({ name, topic, group }, booter) => new Consumer(host, { address: name, topic, consumerGroup: group }, booter),
      boot: (template, channel) => this.#boot(template, channel),
    })
    this.#registered = registry.changed$.subscribe((name) => {
      if (this.phase === 'running') this.#channels.sync(name)
    })
  }

  get phase(): HubPhase {
    return this.state$.value.phase
  }

  get all(): readonly RunningGroup[] {
    return this.#table.all
  }

  do(name: string, topic: string | undefined, given: OrCreator<object> = {}, children?: Children): WorkerGroup {
    checkOptions('hub.do', { name: nonEmptyString, topic: nonEmptyString }, { name, topic }, undefined, ['name'])
    this.#checkOpen()
    const known = this.#table.get(name)
    if (known !== undefined && !known.group.signal.aborted) throw new DuplicateActionError(name)
    const running = this.#run(this.#plan(name, topic, given, children))
    if (this.phase === 'running') {
      this.#channels.sync(name)
      running.start()
    }
    return running.group
  }

  start(): void {
    if (this.phase === 'running') return
    this.#checkOpen()
    this.#on('started')
    for (const group of this.all) group.start()
    for (const name of this.#registry.names()) this.#channels.sync(name)
  }

  drain(call: DrainCall = {}): Promise<DrainReport> {
    checkOptions('hub.drain', DRAIN_CODECS, call)
    const first = this.phase === 'idle' || this.phase === 'running'
    this.#on('ending')
    this.#call = { ...this.#call, ...call }
    for (const group of this.all) group.drain(this.#call)
    if (first) void this.#end()
    return this.done
  }

  topicOf(name: string): string {
    const named = this.#table.get(name)?.members[0].consumer ?? this.#template(name)
    return (named ?? this.#aliased(name)).topic
  }

  health(): readonly GroupHealth[] {
    const groups = this.all.flatMap(({ members }) => members.map(({ group, consumer: { address, topic, consuming } }) => ({ name: address, topic, phase: group.stats().phase, consuming })))
    const waiting = this.#channels.all.filter(({ template }) => this.#table.get(template.name) === undefined)
    return [...groups, ...waiting.map(({ template: { name, topic }, consumer: { consuming } }) => ({ name, topic, phase: 'waiting' as const, consuming }))]
  }

  #boot(template: Template, channel: Consumer): Target {
    this.#checkOpen()
    const running = this.#run(this.#plan(template.name, template.topic, {}, undefined), channel)
    running.start()
    return running.target
  }

  #run(plan: Plan, channel?: Consumer): RunningGroup {
    const { name } = plan
    const group = new RunningGroup(this.#host, plan, channel)
    this.#table.set(name, group)
    this.#on()
    void group.ended.then(() => {
      this.#table.delete(name, group)
      this.#on()
      if (this.phase !== 'running') return
      channel?.detach()
      this.#channels.sync(name)
    })
    return group
  }

  #plan(name: string, topic: string | undefined, given: OrCreator<object>, children: Children | undefined): Plan {
    const template = this.#template(name)
    const base = template === undefined ? {} : { action: template.action, consumerGroup: template.group }
    const proposed = { ...this.#defaults, ...base, ...(template === undefined ? {} : made(template.options, this.#defaults)) }
    const options = { ...proposed, ...made(given, proposed) }
    const born = children ?? template?.children ?? {}
    checkGroup(options, born)
    return { name, topic: topic ?? template?.topic ?? name, options, children: born }
  }

  async #end(): Promise<void> {
    this.#registered.unsubscribe()
    const channels = this.#channels.close((name) => this.#table.get(name)?.ended)
    const reports = await Promise.all(this.all.map(({ ended }) => ended))
    await channels
    this.#on('ended')
    this.#stopped(addReports(reports))
  }

  #checkOpen(): void {
    if (this.phase !== 'idle' && this.phase !== 'running') throw new HubStoppedError()
  }

  #template(name: string): Template | undefined {
    const found = this.#registry.get(name)
    return found._tag === 'Some' ? found.value : undefined
  }

  /** Who has the name as an address or a topic only; to find it takes a look at all. */
  #aliased(name: string): { readonly topic: string } {
    const templates = this.#registry.names().flatMap((each) => this.#template(each) ?? [])
    const known = [...templates, ...this.all.flatMap(({ members }) => members.map(({ consumer: { address, topic } }) => ({ name: address, topic })))]
    const found = known.find((each) => each.name === name || each.topic === name)
    if (found === undefined) throw new UnknownActionError(name, [...new Set(known.map((each) => each.name))])
    return found
  }

  /** Without an event, groups have come or gone: who looks on looks again. */
  #on(event?: HubEvent): void {
    const { value } = this.state$
    this.state$.next(event === undefined ? value : afterEvent(value, event))
  }
}

/** What was said of it: an option that is `undefined` was not. */
const made = (given: OrCreator<object>, proposed: HubDefaults): object =>
  Object.fromEntries(Object.entries(typeof given === 'function' ? given(proposed) : given).filter(([, value]) => value !== undefined))

function checkGroup(options: object, children: Children): asserts options is CheckedOptions {
  checkOptions('hub.do', { ...HUB_GROUP_CODECS, children: childrenCodec(children) }, { ...options, children }, undefined, ['action'])
}
