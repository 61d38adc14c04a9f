import { asyncScheduler, combineLatest, distinctUntilChanged, map, of, switchMap, takeWhile } from 'rxjs'
import { LeaseKeeper } from '../bus/lease-keeper.js'
import { checkOptions, milliseconds } from '../core/options.js'
import type { DrainReport, GroupStats } from '../core/group-stats.js'
import type { WorkerGroup } from '../group/worker-group-contract.js'
import { restartOne } from '../supervision/restart-one.js'
import { escalationDesk, warnAloud } from './escalation-desk.js'
import { healthOf, Problems } from './health.js'
import { type ActionHub, HubStoppedError, type RequestOptions, type ResultOf } from './hub-contract.js'
import { HubGroups } from './hub-groups.js'
import { type ActionHubOptions, type Children, HUB_CODECS, type OrCreator } from './hub-options.js'
import { outbox } from './outbox.js'
import { actions, type Actions, type Entries } from './registry.js'
import { relay } from './relay.js'
import { requests } from './requests.js'
import type { RunningGroup } from './running-group.js'

/**
 * Groups of workers on a bus: what comes to a group's topic goes to the group, and the bus is told of each message only
 * after its outcome. `completed` is acknowledged, after whoever asked has been answered; `failed`, `timedOut`,
 * `rejected` and `expired` become dead letters; everything else comes again, at once and to whoever has room.
 *
 * The hub owns its groups, its channels and its topic for answers; the bus stays the caller's.
 *
 * @throws {OptionsError} Naming every option that is wrong.
 */
export function actionHub<R extends Entries = Entries, S = undefined>(options: ActionHubOptions<ActionHub<R, S>, Actions<R>, S>): ActionHub<R, S>
export function actionHub(options: ActionHubOptions<AnyHub, Actions, unknown>): AnyHub {
  checkOptions('actionHub', HUB_CODECS, options, undefined, ['bus'])
  const { bus, scheduler = asyncScheduler, random = Math.random, newId = () => crypto.randomUUID(), warn = warnAloud } = options
  const { services, childAddress, onEscalation, signal, defaults = {}, lease = {} } = options
  const { consumption = restartOne({ maxRestarts: 10, withinMs: 60_000 }) } = options
  const desk = escalationDesk(warn)
  const problems = new Problems()
  const host = {
    join: relay(bus),
    outbox: outbox(bus, () => scheduler.now(), newId),
    scheduler, random, services, childAddress, consumption,
    leases: new LeaseKeeper({ ...lease, scheduler }),
    tell: desk.tell,
    edge: problems.note,
  }
  const groups = new HubGroups(host, options.actions ?? actions({}), defaults)
  const asking = requests(host, newId)
  const stop = (): Promise<DrainReport> => groups.drain({ deadlineMs: 0 })

  const live = (): void => {
    if (groups.phase === 'stopped') throw new HubStoppedError()
  }

  // The registry says what an answer is; that it is so is the action's word.
  function request<N extends string>(name: N, payload: unknown, asked?: RequestOptions): Promise<ResultOf<Entries, N>>
  async function request(name: string, payload: unknown, asked: RequestOptions = {}): Promise<unknown> {
    live()
    checkOptions('hub.request', { timeoutMs: milliseconds(1) }, { timeoutMs: asked.timeoutMs })
    return asking.ask(name, groups.topicOf(name), payload, asked)
  }

  const hub: AnyHub = {
    do: (name: string, given?: OrCreator<object>, children?: Children): WorkerGroup => groups.do(name, undefined, given, children),
    doAlias: (name: string, topic: string, given?: OrCreator<object>, children?: Children): WorkerGroup => groups.do(name, topic, given, children),
    start: () => groups.start(),
    drain: (call) => groups.drain(call),
    stop,
    wait: () => groups.done,
    stats: () => statsOf(groups.all),
    stats$: groups.state$.pipe(
      takeWhile(({ phase }) => phase !== 'stopped', true),
      map(() => groups.all),
      distinctUntilChanged(),
      switchMap((all) => {
        const streams = all.flatMap(({ members }) => members.map(({ group }) => group.stats$))
        return streams.length === 0 ? of([]) : combineLatest(streams)
      }),
    ),
    escalations$: desk.escalations$,
    health: () => healthOf(groups.phase, bus, groups.health(), problems.all),
    send: async (name, payload, envelope) => {
      live()
      await host.outbox.send(groups.topicOf(name), payload, envelope)
    },
    request,
    replay: async (name, filter) => {
      live()
      return bus.replay(groups.topicOf(name), filter)
    },
    [Symbol.asyncDispose]: async () => {
      await groups.drain()
    },
  }

  if (onEscalation !== undefined) desk.escalations$.subscribe((escalation) => onEscalation(escalation, hub))
  void groups.done.then(() => {
    signal?.removeEventListener('abort', stop)
    asking.close()
    desk.close()
  })
  if (signal?.aborted === true) void stop()
  else signal?.addEventListener('abort', stop, { once: true })
  return hub
}

type AnyHub = ActionHub<Entries, unknown>

const statsOf = (groups: readonly RunningGroup[]): readonly GroupStats[] => groups.flatMap(({ members }) => members.map(({ group }) => group.stats()))
