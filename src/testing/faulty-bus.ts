import { asyncScheduler, BehaviorSubject, combineLatest, distinctUntilChanged, map, type SchedulerLike, Subject } from 'rxjs'
import type { BusStatus, MessageBus } from '../bus/bus.js'
import type { Message } from '../core/message.js'
import { check, checkOptions, having, milliseconds, nested, whole, within } from '../core/options.js'
import { byPlan, bySeed, DEFAULT_MS, type FaultName, type FaultOccasion, FAULTS, type FaultSource, type InjectedFault, type PlannedFault } from './bus-faults.js'
import { faultyDeliveries } from './faulty-deliveries.js'
import { ConnectionLostError, InjectedError } from './injected-error.js'

export interface FaultyBusOptions {
  /** Exactly these faults; without a plan they come by chance. */
  readonly plan?: readonly PlannedFault[] | undefined
  /** What determines the chance: a whole number, 0 or more, default 1. The same seed, the same faults. */
  readonly seed?: number | undefined
  /** How likely each fault is, each time: 0 to 1, default 0.05. */
  readonly chances?: Readonly<Partial<Record<FaultName, number>>> | undefined
  /** The longest that chance makes something late, or a connection lost, in ms: 0 or more, default 200. */
  readonly maxMs?: number | undefined
  /** The moment from which on all goes well, on the scheduler, in ms; default never. */
  readonly untilMs?: number | undefined
  /** The clock of the bus; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
}

/** A bus on which things go wrong. */
export interface FaultyBus extends MessageBus {
  /** What has gone wrong so far. */
  readonly faults: readonly InjectedFault[]
  /** Loses the connection for so many ms, default 100; the bus gets it back by itself. */
  disconnect(forMs?: number): void
  /** The same, and delivery streams error with a `ConnectionLostError`. */
  breakOff(forMs?: number): void
}

const NAMES: readonly FaultName[] = [...FAULTS.publish, ...FAULTS.delivery, ...FAULTS.settle]
const isPlanned = ({ on, nth, fault }: PlannedFault): boolean => Number.isSafeInteger(nth) && nth >= 1 && Object.hasOwn(FAULTS, on) && FAULTS[on].some((name) => name === fault)

const OPTIONS = {
  plan: check('a list of faults, each with its occasion and its nth time', (value): value is PlannedFault[] => Array.isArray(value) && value.every((one) => isPlanned(Object(one)))),
  seed: whole(0), chances: nested(Object.fromEntries(NAMES.map((name) => [name, within(0, 1)]))), maxMs: milliseconds(), untilMs: milliseconds(),
  scheduler: having('a scheduler', 'schedule', 'now'),
}

/**
 * A bus around another on which things go wrong, as they do with brokers: publishing is refused, or taken but not
 * confirmed, or done twice; deliveries come late or overtake each other; connections are lost, with and without an error;
 * settlements are not heard. Which, and when, a plan says or a seed determines.
 *
 * It keeps the contract of a bus, at least once: what is unsettled when a connection is lost comes again, and what was
 * settled before comes no more. `deliveries` reconnects by itself, or errors with `ConnectionLostError`; subscribed
 * without a connection, it waits for one. `publish` rejects with an `InjectedError`, or without a connection with a
 * `ConnectionLostError`. An unheard settlement rejects; the bus within must have leases, or that message never comes
 * again. `status$` tells lost connections. Closing closes the bus within.
 *
 * @throws {OptionsError}
 */
export const faultyBus = (bus: MessageBus, options: FaultyBusOptions = {}): FaultyBus => {
  checkOptions('faultyBus', { bus: having('a bus', 'publish', 'deliveries', 'replay') }, { bus })
  checkOptions('faultyBus', OPTIONS, options)
  return new BusUnderFaults(bus, options)
}

class BusUnderFaults implements FaultyBus {
  readonly faults: InjectedFault[] = []
  readonly features: MessageBus['features']
  readonly status$: MessageBus['status$']
  readonly deliveries: MessageBus['deliveries']
  readonly #bus: MessageBus
  readonly #source: FaultSource
  readonly #scheduler: SchedulerLike
  readonly #untilMs: number
  readonly #connection$ = new BehaviorSubject<BusStatus>('live')
  readonly #counts = { publish: 0, delivery: 0, settle: 0 }
  readonly #broken$ = new Subject<void>()

  constructor(bus: MessageBus, { plan, seed = 1, chances, maxMs = 200, untilMs = Infinity, scheduler = asyncScheduler }: FaultyBusOptions) {
    this.#bus = bus
    this.#scheduler = scheduler
    this.#untilMs = untilMs
    this.#source = plan === undefined ? bySeed(seed, chancesOf(chances), maxMs) : byPlan(plan)
    this.features = { ...bus.features, name: `faulty ${bus.features.name}` }
    this.status$ = combineLatest([bus.status$, this.#connection$]).pipe(map(([inner, outer]) => (inner === 'live' ? outer : inner)), distinctUntilChanged())
    const host = { bus, scheduler, connection$: this.#connection$, broken$: this.#broken$, fault: this.#fault.bind(this), disconnect: this.disconnect.bind(this), breakOff: this.breakOff.bind(this) }
    this.deliveries = (wanted) => faultyDeliveries(host, wanted)
  }

  async publish(messages: readonly Message[]): Promise<void> {
    const wrong = this.#fault('publish')
    if (this.#connection$.value !== 'live') throw new ConnectionLostError()
    if (wrong?.fault === 'refused') throw new InjectedError('publishing was refused before the broker had anything')
    await this.#bus.publish(messages)
    if (wrong?.fault === 'twice') await this.#bus.publish(messages)
    if (wrong?.fault === 'unconfirmed') throw new InjectedError('publishing was not confirmed, though the broker has it')
  }

  replay(...call: Parameters<MessageBus['replay']>): Promise<number> {
    return this.#bus.replay(...call)
  }

  disconnect(forMs = DEFAULT_MS): void {
    if (this.#connection$.value !== 'live') return
    this.#connection$.next('lost')
    this.#scheduler.schedule(() => {
      this.#connection$.next('connecting')
      this.#connection$.next('live')
    }, forMs)
  }

  breakOff(forMs = DEFAULT_MS): void {
    if (this.#connection$.value !== 'live') return
    this.#broken$.next()
    this.disconnect(forMs)
  }

  close(): Promise<void> {
    this.#connection$.complete()
    return this.#bus.close()
  }

  #fault(on: FaultOccasion): InjectedFault | undefined {
    const nth = (this.#counts[on] += 1)
    const atMs = this.#scheduler.now()
    const found = atMs < this.#untilMs ? this.#source(on, nth) : undefined
    if (found === undefined) return undefined
    const injected = { on, nth, ...found, atMs }
    this.faults.push(injected)
    return injected
  }
}

const chancesOf = (chances: FaultyBusOptions['chances'] = {}): Readonly<Record<FaultName, number>> => {
  const usual = 0.05
  const { refused = usual, unconfirmed = usual, twice = usual, late = usual, overtaken = usual, disconnected = usual, brokenOff = usual, unheard = usual } = chances
  return { refused, unconfirmed, twice, late, overtaken, disconnected, brokenOff, unheard }
}
