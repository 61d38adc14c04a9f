import { writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { defer, finalize, from, map, of, tap, throwError, timer, type Observable, type Subscription } from 'rxjs'
import { expect } from 'vitest'
import { WorkerCrash } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { RunOptions, WorkerGroup } from '../../src/group/worker-group-contract.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'
import { VirtualTime } from '../support/virtual-time.js'

/** What a handler does at one try. */
export interface Step {
  readonly end: 'value' | 'error' | 'crash' | 'never'
  readonly afterMs: number
  /** Whether it ends when it is aborted: an Observable does, a promise that does not look at its signal does not. */
  readonly heeds: boolean
}

export interface Task {
  readonly key: string | undefined
  readonly steps: readonly Step[]
}

export interface Setting {
  readonly min: number
  readonly max: number
  readonly capacity: number
  readonly maxAttempts: number
  readonly timeoutMs: number | undefined
  readonly totalTimeoutMs: number | undefined
  readonly graceMs: number
  readonly keyed: boolean
  readonly ordered: false | { readonly window: number }
  readonly supervision: SupervisionStrategy
  /** How long acquiring and releasing take, and which tries of acquiring fail; absent: workers without a resource. */
  readonly resource: { readonly acquireMs: number; readonly releaseMs: number; readonly failing: readonly boolean[] } | undefined
  readonly recycleAfter: number | undefined
  readonly rate: { readonly max: number; readonly perMs: number } | undefined
}

interface Entry {
  readonly id: number
  readonly task: Task
}

const LATE_MS = 200

/** A group under watch: what it promises at every instant is checked at every instant that can be seen. */
export class GroupModel {
  readonly time = new VirtualTime()
  readonly group: WorkerGroup<Entry, number>
  readonly #setting: Setting
  readonly #running = new Set<number>()
  readonly #outcomes = new Map<number, Outcome['type'][]>()
  readonly #endMs = new Map<number, number>()
  /** What whoever brought an item was told: the same, unless they had left. */
  readonly #told = new Map<number, Outcome['type'][]>()
  readonly #accepted = new Set<number>()
  readonly #refused = new Set<number>()
  readonly #arrival = new Map<string, number[]>()
  readonly #controllers: AbortController[] = []
  readonly #sources: Subscription[] = []
  readonly #resources = new Map<number, number>()
  readonly #starts: number[] = []
  readonly #leaving: number[] = []
  #acquireTries = 0
  #ids = 0
  #wanted = 1
  #stopped = false
  #ended = false
  problems: string[] = []

  constructor(setting: Setting) {
    this.#setting = setting
    const { min, max, capacity, maxAttempts, timeoutMs, totalTimeoutMs, graceMs, keyed, ordered, supervision, rate } = setting
    const scaling: ScalingPolicy = { name: 'scripted', initial: null, step: () => ({ state: null, wanted: this.#wanted, reason: 'scheduled' }) }
    const options: GroupOptions<Entry, number, number | undefined> = {
      action: (job) => this.#handle(job),
      workers: { min, max },
      capacity,
      retry: { maxAttempts, backoff: { name: 'linear', resetAfterMs: 0, delayMs: ({ failures }) => failures * 3 } },
      timeoutMs,
      totalTimeoutMs,
      drain: { deadlineMs: 100, graceMs },
      key: keyed ? ({ task }) => task.key : undefined,
      ordered,
      supervision,
      rate,
      worker: this.#worker(),
      scaling,
      sampleEveryMs: 5,
      scheduler: this.time,
      random: () => 0.5,
    }
    this.group = workerGroup(options)
    this.group.outcomes$.subscribe({
      next: (outcome) => {
        if (outcome.type === 'completed') this.#leaving.push(Number(outcome.message.id.split('-').at(-1)))
        const { id } = outcome.message.payload
        this.#outcomes.set(id, [...(this.#outcomes.get(id) ?? []), outcome.type])
        this.#endMs.set(id, this.time.now())
        this.check('an outcome')
      },
      complete: () => { this.#ended = true },
    })
    this.group.escalations$.subscribe(() => this.check('an escalation'))
    this.group.stats$.subscribe(() => this.check('stats'))
    this.group.live$.subscribe(() => this.check('live$'))
  }

  offer(task: Task): void {
    const { entry, signal } = this.#enter(task)
    const onOutcome = (outcome: Outcome<Entry, number>): void => this.#settled(entry.id, outcome)
    this.group.offer(entry, { signal, onOutcome }).then(() => this.#accepted.add(entry.id), () => this.#refused.add(entry.id))
  }

  submit(task: Task): void {
    const { entry, signal } = this.#enter(task)
    this.group.submit(entry, { signal, onOutcome: (outcome) => this.#settled(entry.id, outcome) }).catch(() => undefined)
  }

  run(tasks: readonly Task[], options: RunOptions): void {
    const entries = tasks.map((task) => this.#enter(task).entry)
    this.#follow(from(entries).pipe(this.group.run(options)))
  }

  consume(tasks: readonly Task[]): void {
    this.#follow(this.group.consume(tasks.map((task) => this.#enter(task).entry)))
  }

  withdraw(index: number): void {
    this.#controllers[index % Math.max(1, this.#controllers.length)]?.abort()
  }

  unsubscribe(index: number): void {
    this.#sources[index % Math.max(1, this.#sources.length)]?.unsubscribe()
  }

  scale(wanted: number): void {
    this.#wanted = wanted
  }

  drain(deadlineMs: number, then: 'abort' | 'handBack'): void {
    this.#stopped = true
    void this.group.drain({ deadlineMs, then })
  }

  /** With workers that can be had and handlers that end, everything that was accepted has its outcome in time. */
  async rest(): Promise<void> {
    if (this.#stopped || this.#setting.resource?.failing.includes(true) === true) return
    this.scale(this.#setting.max)
    this.group.resume()
    await this.time.advance(4_000)
    const { phase, received, waiting, inFlight, retrying } = this.group.stats()
    if (phase !== 'stopped') expect({ received, waiting, inFlight, retrying }).toEqual({ received, waiting: 0, inFlight: 0, retrying: 0 })
  }

  /** Stops the group and gives what was left behind the time to end; then nothing may be open. */
  async end(): Promise<void> {
    this.drain(0, 'abort')
    const over = this.group.wait()
    await this.time.advance(2 * LATE_MS + 100)
    await over
    await this.time.advance(LATE_MS)
    this.check('the end')
    const { waiting, inFlight, retrying, live, zombies, phase } = this.group.stats()
    expect({ waiting, inFlight, retrying, live, zombies, phase }).toEqual({ waiting: 0, inFlight: 0, retrying: 0, live: 0, zombies: 0, phase: 'stopped' })
    expect(this.#ended, 'outcomes$ completed').toBe(true)
    for (const [id, types] of this.#outcomes) expect(types.length, `outcomes of ${id}: ${types.join()}`).toBe(1)
    for (const [id, types] of this.#told) expect(types, `what was told of ${id}`).toEqual(this.#outcomes.get(id))
    for (const id of this.#accepted) expect(this.#outcomes.get(id)?.length, `outcomes of accepted ${id}`).toBe(1)
    for (const id of this.#refused) expect(this.#outcomes.get(id)?.length ?? 0, `outcomes of refused ${id}`).toBe(0)
    for (const [id, releases] of this.#resources) expect(releases, `releases of resource ${id}`).toBe(1)
    if (this.#setting.ordered !== false) expect(this.#leaving).toEqual(this.#leaving.toSorted((a, b) => a - b))
  }

  /** What holds at every instant. Collected, since most who call it run inside the group. */
  check(when: string): void {
    const stats = this.group.stats()
    const { received, waiting, inFlight, retrying, live, min, max, busy } = stats
    const { processed, failed, rejected, timedOut, cancelled, expired, dropped, handedBack } = stats
    const settled = processed + failed + rejected + timedOut + cancelled + expired + dropped + handedBack
    this.#hold(received === waiting + inFlight + retrying + settled, `${received} received, ${waiting} + ${inFlight} + ${retrying} + ${settled} at ${when}`)
    this.#hold(Math.min(waiting, inFlight, retrying, live, busy) >= 0, `a negative count at ${when}`)
    this.#hold(live <= max, `${live} live of at most ${max} at ${when}`)
    this.#hold(inFlight <= max, `${inFlight} in flight with at most ${max} workers at ${when}`)
    this.#hold(this.#running.size <= max, `${this.#running.size} handlers with at most ${max} workers at ${when}`)
    this.#hold(stats.available === max - live && min <= max, `available at ${when}`)
  }

  #hold(right: boolean, problem: string): void {
    if (!right) this.problems.push(`${problem}, ${this.time.now()} ms`)
  }

  #enter(task: Task): { entry: Entry; signal: AbortSignal } {
    const entry = { id: this.#ids++, task }
    const controller = new AbortController()
    this.#controllers.push(controller)
    return { entry, signal: controller.signal }
  }

  #follow(outcomes$: Observable<Outcome<Entry, number>>): void {
    const source = outcomes$.subscribe({ next: (outcome) => this.#settled(outcome.message.payload.id, outcome), error: () => undefined })
    this.#sources.push(source)
  }

  #settled(id: number, outcome: Outcome): void {
    this.#told.set(id, [...(this.#told.get(id) ?? []), outcome.type])
    this.check('its outcome')
  }

  #handle({ input: { id, task }, attempt }: Job<Entry, number | undefined>): Observable<number> | Promise<number> {
    const step = task.steps[(attempt - 1) % task.steps.length] ?? { end: 'value', afterMs: 0, heeds: true }
    this.#started(id, task, attempt)
    return step.heeds ? this.#heeding(id, step) : this.#heedless(id, step)
  }

  #started(id: number, task: Task, attempt: number): void {
    const now = this.time.now()
    this.#hold(!this.#running.has(id), `attempts of ${id} overlap`)
    this.#hold(!(this.#outcomes.has(id) && this.#setting.ordered === false), `${id} started after its outcome`)
    this.#hold(!(this.#stopped && this.group.stats().phase === 'stopped'), `${id} started after the end`)
    this.#running.add(id)
    this.#starts.push(now)
    const { rate, keyed } = this.#setting
    if (rate !== undefined) this.#hold(this.#starts.filter((at) => at > now - rate.perMs).length <= rate.max, `more than ${rate.max} starts in ${rate.perMs} ms`)
    if (keyed && task.key !== undefined && attempt === 1) this.#inTurn(task.key, id)
    this.check('a start')
  }

  /** Ids grow with arrival for what one sender offers in order; a key's first tries begin in that order. */
  #inTurn(key: string, id: number): void {
    const before = this.#arrival.get(key) ?? []
    this.#hold(before.every((other) => other === id || !this.#running.has(other) || this.#givenUp(other)), `two of key ${key} run at once`)
    this.#arrival.set(key, [...before, id])
  }

  /** Whether a handler that still runs has had its grace. */
  #givenUp(id: number): boolean {
    const endMs = this.#endMs.get(id)
    const { timeoutMs, totalTimeoutMs, graceMs } = this.#setting
    // With a timeout its grace may have begun before its end.
    const sinceMs = timeoutMs === undefined && totalTimeoutMs === undefined ? graceMs : 0
    return endMs !== undefined && this.time.now() >= endMs + sinceMs
  }

  #heeding(id: number, { end, afterMs }: Step): Observable<number> {
    return defer((): Observable<number> => {
      if (end === 'never') return timer(LATE_MS, this.time).pipe(map(() => id))
      if (afterMs === 0) return end === 'value' ? of(id) : throwError(() => this.#error(end))
      return timer(afterMs, this.time).pipe(map(() => {
        if (end !== 'value') throw this.#error(end)
        return id
      }))
    }).pipe(tap({ complete: () => this.#running.delete(id), error: () => this.#running.delete(id) }), finalize(() => this.#running.delete(id)))
  }

  #heedless(id: number, { end, afterMs }: Step): Promise<number> {
    return new Promise((resolve, reject) => {
      this.time.schedule(() => {
        this.#running.delete(id)
        if (end === 'value' || end === 'never') resolve(id)
        else reject(this.#error(end))
      }, end === 'never' ? LATE_MS : afterMs)
    })
  }

  #error(end: Step['end']): Error {
    return end === 'crash' ? new WorkerCrash('gone') : new Error('no')
  }

  #worker(): GroupOptions<Entry, number, number | undefined>['worker'] {
    const { resource, recycleAfter } = this.#setting
    if (resource === undefined) return recycleAfter === undefined ? undefined : { acquire: () => undefined, recycleAfter }
    const { acquireMs, releaseMs, failing } = resource
    const made = (): number => {
      const tries = this.#acquireTries++
      if (failing[tries % Math.max(1, failing.length)] === true) throw new Error('cannot acquire')
      this.#resources.set(tries, 0)
      return tries
    }
    return {
      acquire: () => (acquireMs === 0 ? made() : timer(acquireMs, this.time).pipe(map(made))),
      release: (id) => {
        if (id !== undefined) this.#resources.set(id, (this.#resources.get(id) ?? 0) + 1)
        this.check('a release')
        return releaseMs === 0 ? undefined : timer(releaseMs, this.time)
      },
      recycleAfter,
    }
  }
}

/** One thing done to a group. */
export type Command =
  | { readonly do: 'offer' | 'submit'; readonly task: Task }
  | { readonly do: 'run'; readonly tasks: readonly Task[]; readonly options: RunOptions }
  | { readonly do: 'consume'; readonly tasks: readonly Task[] }
  | { readonly do: 'withdraw' | 'unsubscribe'; readonly index: number }
  | { readonly do: 'scale'; readonly wanted: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'pause' | 'resume' | 'start' }
  | { readonly do: 'drain'; readonly deadlineMs: number; readonly then: 'abort' | 'handBack' }

export const perform = (model: GroupModel, command: Command): void => {
  switch (command.do) {
    case 'offer':
      return model.offer(command.task)
    case 'submit':
      return model.submit(command.task)
    case 'run':
      return model.run(command.tasks, command.options)
    case 'consume':
      return model.consume(command.tasks)
    case 'withdraw':
      return model.withdraw(command.index)
    case 'unsubscribe':
      return model.unsubscribe(command.index)
    case 'scale':
      return model.scale(command.wanted)
    case 'drain':
      return model.drain(command.deadlineMs, command.then)
    case 'pass':
      return
    default:
      return model.group[command.do]()
  }
}

/** Does it all, with every promise settled in between, and ends the group. */
export const play = async (setting: Setting, commands: readonly Command[]): Promise<void> => {
  const model = new GroupModel(setting)
  if (process.env['TRACE']) writeFileSync(process.env['TRACE'], fc.stringify([setting, commands]))
  for (const command of commands) {
    perform(model, command)
    if (command.do === 'pass') await model.time.advance(command.ms)
    else await model.time.settle()
    model.check(command.do)
    expect(model.problems).toEqual([])
  }
  await model.rest()
  await model.end()
  expect(model.problems).toEqual([])
}

const steps: fc.Arbitrary<Step> = fc.record({
  end: fc.oneof({ weight: 5, arbitrary: fc.constant<Step['end']>('value') }, { weight: 2, arbitrary: fc.constantFrom<Step['end']>('error', 'crash', 'never') }),
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
  heeds: fc.boolean(),
})

export const tasks: fc.Arbitrary<Task> = fc.record({
  key: fc.constantFrom('a', 'b', undefined),
  steps: fc.array(steps, { minLength: 1, maxLength: 3 }),
})

const bursts = fc.array(tasks, { maxLength: 6 })

export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('offer' as const, 'submit' as const), task: tasks }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('run' as const), tasks: bursts, options: fc.record({ overflow: fc.constantFrom('error' as const, 'dropNewest' as const, 'dropOldest' as const), capacity: fc.integer({ min: 1, max: 4 }) }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('consume' as const), tasks: bursts }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 25 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('scale' as const), wanted: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('withdraw' as const, 'unsubscribe' as const), index: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'start' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const), deadlineMs: fc.integer({ min: 0, max: 40 }), then: fc.constantFrom('abort' as const, 'handBack' as const) }) },
)

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })

export const settings = (supervision: fc.Arbitrary<SupervisionStrategy>): fc.Arbitrary<Setting> =>
  fc.record({
    min: fc.integer({ min: 0, max: 2 }),
    max: fc.integer({ min: 2, max: 4 }),
    capacity: fc.integer({ min: 1, max: 4 }),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    timeoutMs: maybe(fc.integer({ min: 1, max: 15 })),
    totalTimeoutMs: maybe(fc.integer({ min: 1, max: 30 })),
    graceMs: fc.constantFrom(0, 4),
    keyed: fc.boolean(),
    ordered: fc.oneof(fc.constant<false>(false), fc.record({ window: fc.integer({ min: 1, max: 3 }) })),
    supervision,
    resource: maybe(fc.record({ acquireMs: fc.constantFrom(0, 3), releaseMs: fc.constantFrom(0, 2), failing: fc.array(fc.boolean(), { maxLength: 3 }) })),
    recycleAfter: maybe(fc.integer({ min: 1, max: 2 })),
    rate: maybe(fc.record({ max: fc.integer({ min: 1, max: 3 }), perMs: fc.integer({ min: 1, max: 20 }) })),
  })
