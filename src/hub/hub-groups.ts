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
import { afterEvent, EMPTY_HUB, type HubEvent, type HubState } from './hub-state.js'
import { type Actions, DuplicateActionError, type TemplateTable } from './registry.js'
import { type CheckedOptions, type GroupHost, type Plan, runGroup, type RunningGroup } from './running-group.js'
import type { Template } from './template.js'

/** The groups of a hub: made, started, counted, ended. The table of them is a value; this is who moves from one to the next. */
export class HubGroups {
  readonly state$ = new BehaviorSubject<HubState<RunningGroup>>(EMPTY_HUB)
  readonly #host: GroupHost
  readonly #defaults: HubDefaults
  readonly #channels: Channels
  readonly #registered: Subscription
  #templates: TemplateTable = {}
  /** Resolves when the hub has stopped. */
  readonly done: Promise<DrainReport>
  #stopped: (report: DrainReport) => void = () => undefined

  constructor(host: GroupHost, registry: Actions, defaults: HubDefaults) {
    this.#host = host
    this.#defaults = defaults
    this.done = new Promise((resolve) => { this.#stopped = resolve })
    this.#channels = new Channels({
      templates: () => this.#templates,
      holder: (name) => {
        const group = this.#named(name)
        if (group === undefined) return 'none'
        return group.booted ? 'booted' : 'own'
      },
      make: ({ name, topic, group }, boot) => new Consumer(host, { address: name, topic, consumerGroup: group }, boot),
      boot: (template, channel) => this.#boot(template, channel),
    })
    this.#registered = registry.table$.subscribe((table) => {
      this.#templates = table
      if (this.phase === 'running') this.#channels.sync()
    })
  }

  get phase(): HubPhase {
    return this.state$.value.phase
  }

  get all(): readonly RunningGroup[] {
    return Object.values(this.state$.value.groups)
  }

  do(name: string, topic: string | undefined, given: OrCreator<object> = {}, children?: Children): WorkerGroup {
    checkOptions('hub.do', { name: nonEmptyString, topic: nonEmptyString }, { name, topic }, undefined, ['name'])
    this.#checkOpen()
    const known = this.#named(name)
    if (known !== undefined && !known.group.signal.aborted) throw new DuplicateActionError(name)
    const running = this.#run(this.#plan(name, topic, given, children))
    if (this.phase === 'running') {
      this.#channels.sync()
      running.start()
    }
    return running.group
  }

  start(): void {
    if (this.phase === 'running') return
    this.#checkOpen()
    this.#on({ type: 'started' })
    for (const group of this.all) group.start()
    this.#channels.sync()
  }

  drain(call: DrainCall = {}): Promise<DrainReport> {
    checkOptions('hub.drain', DRAIN_CODECS, call)
    const first = this.phase === 'idle' || this.phase === 'running'
    this.#on({ type: 'ending' })
    for (const group of this.all) void group.family.drain(call)
    if (first) void this.#end()
    return this.done
  }

  topicOf(name: string): string {
    const consumers = this.all.flatMap((group) => group.consumers)
    const named = this.#named(name)?.consumers[0] ?? this.#template(name)
    const found = named ?? consumers.find(({ address, topic }) => address === name || topic === name) ?? Object.values(this.#templates).find(({ topic }) => topic === name)
    if (found === undefined) throw new UnknownActionError(name, [...new Set([...Object.keys(this.#templates), ...consumers.map(({ address }) => address)])])
    return found.topic
  }

  health(): readonly GroupHealth[] {
    const groups = this.all.flatMap(({ family, consumers }) =>
      family.stats().map(({ address, phase }, index) => ({ name: address, topic: consumers[index]?.topic ?? address, phase, consuming: consumers[index]?.consuming === true })))
    const waiting = this.#channels.all.filter(({ template }) => this.#named(template.name) === undefined)
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
    const group = runGroup(this.#host, plan, channel)
    this.#on({ type: 'opened', name, group })
    void group.ended.then(() => {
      this.#on({ type: 'closed', name, group })
      if (this.phase !== 'running') return
      channel?.detach()
      this.#channels.sync()
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
    const channels = this.#channels.close((name) => this.#named(name)?.ended)
    const reports = await Promise.all(this.all.map(({ ended }) => ended))
    await channels
    this.#on({ type: 'ended' })
    this.#stopped(addReports(reports))
  }

  #checkOpen(): void {
    if (this.phase !== 'idle' && this.phase !== 'running') throw new HubStoppedError()
  }

  #named(name: string): RunningGroup | undefined {
    const { groups } = this.state$.value
    return Object.hasOwn(groups, name) ? groups[name] : undefined
  }

  #template(name: string): Template | undefined {
    return Object.hasOwn(this.#templates, name) ? this.#templates[name] : undefined
  }

  #on(event: HubEvent<RunningGroup>): void {
    this.state$.next(afterEvent(this.state$.value, event))
  }
}

/** What was said of it: an option that is `undefined` was not. */
const made = (given: OrCreator<object>, proposed: HubDefaults): object =>
  Object.fromEntries(Object.entries(typeof given === 'function' ? given(proposed) : given).filter(([, value]) => value !== undefined))

function checkGroup(options: object, children: Children): asserts options is CheckedOptions {
  checkOptions('hub.do', { ...HUB_GROUP_CODECS, children: childrenCodec(children) }, { ...options, children }, undefined, ['action'])
}
