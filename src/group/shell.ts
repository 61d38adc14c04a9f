import { BehaviorSubject, Subject, type Subscription } from 'rxjs'
import type { Failure } from '../core/failure.js'
import type { DrainReport, GroupStats, Phase } from '../core/group-stats.js'
import type { LoadSample } from '../core/load.js'
import { decisions } from '../scaling/control.js'
import type { Escalation, Pending } from '../supervision/escalation.js'
import { Books } from './books.js'
import { Crew } from './crew.js'
import type { Item } from './item.js'
import { callSafely } from './report.js'
import { Runner } from './runner.js'
import { Sampler } from './sampler.js'
import type { Settings } from './settings.js'
import { Shutdown } from './shutdown.js'
import { Supervisor } from './supervisor.js'
import type { DrainCall } from './worker-group-contract.js'

/** A restart of all workers that is under way. */
interface Restart {
  readonly delayMs: number
  /** Runs once every worker is out of work. */
  timer: Subscription | undefined
}

/**
 * One group: the feedback loop of the picture in the architecture. Load samples go to the policy, what it wants goes
 * to the crew, the crew's limit goes to `scaleMap`; failures go to supervision, which acts on the crew and escalates.
 */
export class Shell {
  readonly settings: Settings
  readonly books: Books
  readonly crew: Crew
  readonly runner: Runner
  readonly supervisor: Supervisor
  readonly sampler: Sampler
  readonly shutdown: Shutdown
  readonly escalations$ = new Subject<Escalation>()
  readonly status$ = new BehaviorSubject<Phase>('idle')
  readonly live$ = new BehaviorSubject(0)
  readonly changes$ = new Subject<void>()
  /** Emits once, when the group takes nothing any more. */
  readonly closing$ = new Subject<void>()
  readonly #controller = new AbortController()
  readonly #subscriptions: Subscription[] = []
  #scaling: Subscription | undefined
  #reason = 'initial'
  #started = false
  #restart: Restart | undefined

  constructor(settings: Settings) {
    this.settings = settings
    const { scheduler, supervision, random, deadlineMs, graceMs, sampleEveryMs, scaling } = settings
    const shell = this
    const onError = (error: unknown): void => this.#broken(error)
    this.books = new Books(settings, { onChange: () => this.onChange(), onOneTimeOver: () => void this.drain() })
    this.crew = new Crew(settings.worker, scheduler, {
      onLimit: () => this.#publishLimit(),
      onAcquireFailure: (error, attempt, worker) => this.#acquireFailed({ type: 'acquire', error, attempt, atMs: scheduler.now(), worker }),
      onQuiet: () => this.onChange(),
    })
    this.supervisor = new Supervisor({
      crew: this.crew,
      strategy: supervision,
      random,
      get closing() { return shell.shutdown.begun },
      get restarting() { return shell.#restart !== undefined },
      restartAll: (delayMs, abort) => this.#restartAll(delayMs, abort),
      restarted: () => { this.books.ledger.restarts += 1 },
      tell: (facts, offending) => this.#escalate(facts, offending, []),
      kill: (failure, offending, restarts) => this.#kill(failure, offending, restarts),
    })
    this.shutdown = new Shutdown({
      scheduler,
      deadlineMs,
      graceMs,
      outcomes: this.books.ledger.outcomes,
      get zombies() { return shell.books.ledger.zombies },
      get busy() { return shell.books.ledger.inFlight > 0 || [...shell.runner.running].some(({ zombie }) => !zombie) },
      get crewQuiet() { return shell.crew.quiet },
      closeIntake: () => this.#quiet(),
      handBackWaiting: () => this.#handBack(this.#unstarted()),
      abortRunning: (then, grace) => this.#abortRunning(then, grace),
      closeCrew: () => this.crew.close(),
      finish: (report) => this.#finish(report),
    })
    this.runner = new Runner(this.books, {
      crew: this.crew,
      get closing() { return shell.shutdown.begun },
      onFailure: (failure, attempt) => this.supervisor.answer(failure, attempt.owner, attempt.item),
      onZombie: (failure, item) => this.supervisor.zombie(failure, item),
      onChange: () => this.onChange(),
    }, onError)
    this.sampler = new Sampler(sampleEveryMs, scaling.wake, scheduler, {
      sample: (nowMs) => this.#sample(nowMs),
      oldestMs: () => this.#oldestMs(),
      idlestMs: () => (this.crew.live + this.crew.starting > settings.min ? this.crew.free[0]?.idleSinceMs : undefined),
      active: () => this.books.open,
    })
    this.#listen(onError)
  }

  /** Aborted when the group has stopped. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }
  get restarting(): boolean {
    return this.#restart !== undefined || this.crew.starting > 0 || this.crew.releasing > 0
  }
  /** Whether items in the line count as waiting for the policy, beside senders without room. */
  lineCounts = false

  start(): void {
    if (this.#started || this.shutdown.begun) return
    this.#started = true
    this.#scale()
    this.books.dispatcher.hold('notStarted', false)
    this.#publishStatus()
  }

  hold(reason: 'paused' | 'gate', on: boolean): void {
    if (this.shutdown.over) return
    this.books.dispatcher.hold(reason, on)
    this.#publishLimit()
    this.#publishStatus()
  }

  /** Resolves at the first change after which it holds, at once if it does. */
  when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (holds()) return resolve()
      const watch = this.changes$.subscribe({ next: () => { if (holds()) watch.unsubscribe() } })
      watch.add(() => resolve())
    })
  }

  drain(call: DrainCall = {}): Promise<DrainReport> {
    return this.shutdown.begin(call)
  }

  onChange(): void {
    if (this.#restart !== undefined) this.#proceedRestart(this.#restart)
    if (this.shutdown.begun) this.shutdown.check()
    this.sampler.touch()
    if (this.changes$.observed) this.changes$.next()
  }

  stats(): GroupStats {
    const { address, instance, supervision, scaling, min, max, scheduler } = this.settings
    const { ledger } = this.books
    const { received, inFlight, retrying, zombies, failures, escalations, restarts } = ledger
    const { live, wanted, created, stopped, idled, free } = this.crew
    const { completed, ...outcomes } = ledger.outcomes
    return {
      address, instance, supervision: supervision.name, scaling: scaling.name, phase: this.#phase(), min, max, live,
      available: max - live, busy: live - free.length, wanted, reason: this.#reason, waiting: this.books.waiting, inFlight, retrying,
      zombies, received, processed: completed, ...outcomes, failures, escalations, restarts, created, stopped, idled, ...ledger.quantiles(scheduler.now()),
    }
  }

  #listen(onError: (error: unknown) => void): void {
    const { gate$, signal } = this.settings
    if (gate$ !== undefined) {
      this.books.dispatcher.hold('gate', true)
      this.#subscriptions.push(gate$.subscribe({ next: (open) => this.hold('gate', !open), error: onError }))
    }
    const aborted = (): void => void this.drain({ deadlineMs: 0 })
    if (signal?.aborted === true) aborted()
    else signal?.addEventListener('abort', aborted, { once: true, signal: this.#controller.signal })
  }

  /** Puts the policy in charge from its initial state: load samples in, wanted workers out. */
  #scale(): void {
    this.#scaling?.unsubscribe()
    this.#scaling = decisions(this.settings.scaling, this.sampler.load$).subscribe({
      next: ({ wanted, reason }) => {
        this.#reason = reason
        if (this.#restart === undefined) this.crew.setWanted(wanted)
      },
      error: (error: unknown) => this.#broken(error),
    })
    this.sampler.start()
  }

  #sample(nowMs: number): LoadSample {
    const { min, max } = this.settings
    const oldestMs = this.#oldestMs()
    return {
      nowMs, min, max, live: this.crew.live, waiting: this.books.waiting, inFlight: this.books.ledger.inFlight,
      oldestWaitMs: oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs),
      idleMs: this.crew.free.map(({ idleSinceMs }) => Math.max(0, nowMs - idleSinceMs)),
      ...this.books.ledger.flow(nowMs),
    }
  }

  #oldestMs(): number | undefined {
    const senderMs = this.books.intake.oldestMs()
    const itemMs = this.lineCounts ? this.books.dispatcher.line.oldestMs() : undefined
    return senderMs === undefined ? itemMs : Math.min(senderMs, itemMs ?? senderMs)
  }

  #publishLimit(): void {
    this.books.dispatcher.setLimit(this.crew.limit)
    const { holds } = this.books.dispatcher
    const live = holds.has('paused') || holds.has('gate') || holds.has('restarting') ? 0 : this.crew.limit
    if (live !== this.live$.value) this.live$.next(live)
    this.onChange()
  }

  #acquireFailed(failure: Failure): number | undefined {
    this.books.ledger.attemptFailed()
    return this.supervisor.acquireFailed(failure)
  }

  #restartAll(delayMs: number, abort: boolean): void {
    this.#restart = { delayMs, timer: undefined }
    this.books.dispatcher.hold('restarting', true)
    this.#publishStatus()
    if (abort) this.runner.requeueAll()
    this.onChange()
  }

  /** Every worker is out of work: all are released, and after the backoff the fewest allowed are acquired. */
  #proceedRestart(restart: Restart): void {
    const busy = [...this.runner.running].some(({ zombie }) => !zombie)
    if (busy || restart.timer !== undefined || this.shutdown.begun) return
    restart.timer = this.settings.scheduler.schedule(() => this.#endRestart(), restart.delayMs)
    this.crew.releaseAll()
  }

  #endRestart(): void {
    this.#restart = undefined
    if (this.shutdown.begun) return
    this.#scale()
    this.books.dispatcher.hold('restarting', false)
    this.#publishLimit()
    this.#publishStatus()
  }

  #escalate(facts: Pick<Escalation, 'failure' | 'protocol' | 'restarts'>, offending: Item | undefined, pending: readonly Pending[]): void {
    const { address, onEscalation, scheduler } = this.settings
    const escalation = { group: address, ...facts, offending: offending?.message, pending, atMs: scheduler.now() }
    this.books.ledger.escalations += 1
    this.escalations$.next(escalation)
    if (onEscalation !== undefined) callSafely(() => onEscalation(escalation))
    this.onChange()
  }

  #kill(failure: Failure, offending: Item | undefined, restarts: number): void {
    if (this.shutdown.begun) return
    const { graceMs } = this.settings
    void this.shutdown.begin({ deadlineMs: graceMs, graceMs }, true)
    const items = this.#unstarted()
    const pending = items.filter((item) => item !== offending).map((item) => ({ message: item.message, claim: () => this.#handBackOne(item, 'claimant') }))
    this.#escalate({ failure, protocol: 'killAndEscalate', restarts }, offending, pending)
    this.#handBack(items)
    this.shutdown.check()
  }

  #unstarted(): readonly Item[] {
    return [...this.books.retries.keys(), ...this.books.dispatcher.line.all(), ...this.books.dispatcher.line.returned()]
  }

  #handBack(items: readonly Item[]): void {
    for (const item of items) this.#handBackOne(item, 'source')
  }

  #handBackOne(item: Item, to: 'source' | 'claimant'): boolean {
    return item.place !== 'inFlight' && this.runner.withdraw(item, { type: 'handedBack', ...this.books.facts(item), to })
  }

  #abortRunning(then: 'abort' | 'handBack', graceMs: number): number {
    const attempts = [...this.runner.running].filter(({ zombie }) => !zombie)
    for (const { item } of attempts) {
      const facts = this.books.facts(item)
      this.runner.withdraw(item, then === 'abort' ? { type: 'cancelled', ...facts, reason: 'aborted' } : { type: 'handedBack', ...facts, to: 'source' }, graceMs)
    }
    return attempts.length
  }

  /** Nothing comes in any more, nothing is started, and scaling rests. */
  #quiet(): void {
    this.books.dispatcher.hold('stopped', true)
    this.books.intake.close()
    this.#scaling?.unsubscribe()
    this.#restart?.timer?.unsubscribe()
    this.#restart = undefined
    this.#publishStatus()
    this.closing$.next()
    this.closing$.complete()
  }

  #finish(_report: DrainReport): void {
    this.sampler.close()
    this.runner.close()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    this.status$.next('stopped')
    this.changes$.complete()
    this.books.close()
    this.escalations$.complete()
    this.live$.complete()
    this.status$.complete()
    this.#controller.abort(new DOMException(`${this.settings.name} has stopped`, 'AbortError'))
  }

  /** A policy, a gate or a rate that errors leaves the group without guidance: it stops, and says why. */
  #broken(error: unknown): void {
    this.#kill({ type: 'crashed', error, attempt: 1, atMs: this.settings.scheduler.now() }, undefined, 0)
  }

  #phase(): Phase {
    if (this.shutdown.over) return 'stopped'
    if (this.shutdown.begun) return 'draining'
    if (!this.#started) return 'idle'
    if (this.#restart !== undefined) return 'restarting'
    return this.books.dispatcher.holds.has('paused') ? 'paused' : 'running'
  }

  #publishStatus(): void {
    const phase = this.#phase()
    if (phase !== this.status$.value) this.status$.next(phase)
  }
}
