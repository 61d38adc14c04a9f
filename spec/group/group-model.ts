import { defer, finalize, from, map, of, tap, throwError, timer, type Observable, type Subscription } from 'rxjs'
import { expect } from 'vitest'
import { WorkerCrash } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { BatchJob } from '../../src/group/batch-job.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { RunOptions, WorkerGroup } from '../../src/group/worker-group-contract.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { VirtualTime } from '../support/virtual-time.js'
import type { Command, Setting, Step, Task } from './group-plans.js'

interface Entry {
  readonly id: number
  readonly task: Task
}

const LATE_MS = 200
const AT_ONCE: Step = { end: 'value', afterMs: 0, heeds: true }

const stepOf = ({ steps }: Task, attempt: number): Step => steps[(attempt - 1) % steps.length] ?? AT_ONCE

/** A group under watch: what it promises at every instant is checked at every instant that can be seen. */
export class GroupModel {
  readonly time = new VirtualTime()
  readonly group: WorkerGroup<Entry, number>
  readonly #setting: Setting
  /** Items that may run at once. */
  readonly #most: number
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
    const { min, max, capacity, maxAttempts, timeoutMs, totalTimeoutMs, graceMs, keyed, ordered, supervision, rate, batch } = setting
    const scaling: ScalingPolicy = { name: 'scripted', initial: null, step: () => ({ state: null, wanted: this.#wanted, reason: 'scheduled' }) }
    const options: Omit<GroupOptions<Entry, number, number | undefined>, 'action' | 'batch'> = {
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
    this.group = batch === undefined
      ? workerGroup({ ...options, action: (job) => this.#handle(job) })
      : workerGroup({ ...options, batch, action: (job) => this.#handleBatch(job) })
    this.#most = max * (batch?.max ?? 1)
    this.group.outcomes$.subscribe({
      next: (outcome) => {
        if (outcome.type === 'completed') this.#leaving.push(Number(outcome.message.id.split('-').at(-1)))
        const { id } = outcome.message.payload
        this.#outcomes.set(id, [...(this.#outcomes.get(id) ?? []), outcome.type])
        this.#endMs.set(id, this.time.now())
        this.check('an outcome')
        this.#react()
      },
      complete: () => { this.#ended = true },
    })
    this.group.escalations$.subscribe(({ pending }) => {
      this.check('an escalation')
      pending[0]?.claim()
      this.#react()
    })
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
    this.#reacted = this.#setting.reactions.length
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

  #reacted = 0

  #react(): void {
    const reaction = this.#setting.reactions[this.#reacted++]
    if (reaction !== undefined) perform(this, reaction)
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
    this.#hold(inFlight <= this.#most, `${inFlight} in flight, at most ${this.#most} at ${when}`)
    this.#hold(this.#running.size <= this.#most, `${this.#running.size} run, at most ${this.#most} at ${when}`)
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
    this.#react()
  }

  #handle({ input: { id, task }, attempt }: Pick<Job<Entry>, 'input' | 'attempt'>): Observable<number> | Promise<number> {
    this.#started(id, task, attempt)
    return this.#work([id], stepOf(task, attempt), id)
  }

  /** Its first member says how a batch goes; of the others, those whose step takes no time end by themselves. */
  #handleBatch({ members }: BatchJob<Entry, number, number | undefined>): Observable<readonly number[]> | Promise<readonly number[]> {
    for (const { input, attempt } of members) this.#started(input.id, input.task, attempt)
    const [first, ...others] = members
    for (const member of others) {
      const { end, afterMs } = stepOf(member.input.task, member.attempt)
      if (afterMs > 0) continue
      this.#running.delete(member.input.id)
      if (end === 'value') member.complete(member.input.id)
      else member.fail(this.#error(end))
    }
    const step = first === undefined ? AT_ONCE : stepOf(first.input.task, first.attempt)
    const ids = members.map(({ input }) => input.id)
    return this.#work(ids, step, ids)
  }

  #work<T>(ids: readonly number[], step: Step, value: T): Observable<T> | Promise<T> {
    const over = (): void => ids.forEach((id) => this.#running.delete(id))
    return step.heeds ? this.#heeding(over, step, value) : this.#heedless(over, step, value)
  }

  #started(id: number, task: Task, attempt: number): void {
    const now = this.time.now()
    this.#hold(!this.#running.has(id), `attempts of ${id} overlap`)
    this.#hold(!(this.#outcomes.has(id) && this.#setting.ordered === false), `${id} started after its outcome`)
    this.#hold(!(this.#stopped && this.group.stats().phase === 'stopped'), `${id} started after the end`)
    this.#running.add(id)
    this.#starts.push(now)
    const { rate, keyed, batch } = this.#setting
    if (rate !== undefined && batch === undefined) this.#hold(this.#starts.filter((at) => at > now - rate.perMs).length <= rate.max, `more than ${rate.max} starts in ${rate.perMs} ms`)
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

  #heeding<T>(over: () => void, { end, afterMs }: Step, value: T): Observable<T> {
    return defer((): Observable<T> => {
      if (end === 'never') return timer(LATE_MS, this.time).pipe(map(() => value))
      if (afterMs === 0) return end === 'value' ? of(value) : throwError(() => this.#error(end))
      return timer(afterMs, this.time).pipe(map(() => {
        if (end !== 'value') throw this.#error(end)
        return value
      }))
    }).pipe(tap({ complete: over, error: over }), finalize(over))
  }

  #heedless<T>(over: () => void, { end, afterMs }: Step, value: T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.time.schedule(() => {
        over()
        if (end === 'value' || end === 'never') resolve(value)
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
        this.#react()
        return releaseMs === 0 ? undefined : timer(releaseMs, this.time)
      },
      recycleAfter,
    }
  }
}

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

