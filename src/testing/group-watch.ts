import type { GroupStats } from '../core/group-stats.js'
import type { Message } from '../core/message.js'
import type { Outcome, OutcomeType } from '../core/outcome.js'
import type { WorkerGroup } from '../group/worker-group-contract.js'
import type { AttemptObserver } from './handler-watch.js'

/** What a law is about. */
export type GroupPromise = 'accounts' | 'outcomes' | 'workers' | 'attempts' | 'keys' | 'rest' | 'drain' | 'silence'

interface Entry<I> {
  readonly id: string
  readonly input: I
  readonly key: string | undefined
  /** What became of the offer. */
  offer: 'open' | 'accepted' | 'refused'
  /** What its sender was told. */
  readonly told: OutcomeType[]
  /** What `outcomes$` told. */
  readonly heard: OutcomeType[]
  running: number
  starts: number
  /** The number of its latest try. */
  attempt: number
}

export const settledOf = ({ processed, failed, rejected, timedOut, cancelled, expired, dropped, handedBack }: GroupStats): number =>
  processed + failed + rejected + timedOut + cancelled + expired + dropped + handedBack

/** Looks at a group at every instant that can be seen, and writes down what it should not have seen. */
export class GroupWatch<I> implements AttemptObserver {
  readonly found: { readonly promise: GroupPromise; readonly problem: string }[] = []
  readonly entries = new Map<string, Entry<I>>()
  /** Of each key, the place of the item that began last. */
  readonly #last = new Map<string, number>()
  readonly #places = new Map<string, number>()
  readonly #nowMs: () => number
  readonly #perWorker: number
  #stats: (() => GroupStats) | undefined
  ended = false
  outcomes = 0
  starts = 0

  constructor(nowMs: () => number, perWorker: number) {
    this.#nowMs = nowMs
    this.#perWorker = perWorker
  }

  follow<O>(group: WorkerGroup<I, O>): void {
    this.#stats = () => group.stats()
    group.outcomes$.subscribe({ next: (outcome) => this.#heard(outcome), complete: () => { this.ended = true } })
    group.stats$.subscribe((stats) => this.#check(stats, 'stats$'))
    group.live$.subscribe(() => this.look('live$'))
  }

  entry(input: I, key: string | undefined): Entry<I> {
    const id = `item-${this.entries.size + 1}`
    const entry: Entry<I> = { id, input, key, offer: 'open', told: [], heard: [], running: 0, starts: 0, attempt: 0 }
    this.#places.set(id, this.entries.size)
    this.entries.set(id, entry)
    return entry
  }

  find(promise: GroupPromise, right: boolean, problem: () => string): void {
    if (!right) this.found.push({ promise, problem: `${problem()}, at ${this.#nowMs()} ms` })
  }

  /** What holds even in the midst of what the group does. */
  look(when: string): void {
    const stats = this.#stats?.()
    if (stats !== undefined) this.#check(stats, when)
  }

  #check(stats: GroupStats, when: string): void {
    const { received, waiting, inFlight, retrying, live } = stats
    const settled = settledOf(stats)
    const parts = [received, waiting, inFlight, retrying, settled, live]
    this.find('accounts', received === waiting + inFlight + retrying + settled && parts.every((part) => Number.isSafeInteger(part) && part >= 0), () =>
      `at ${when} ${received} are accepted, but ${waiting} wait, ${inFlight} run, ${retrying} are between two tries and ${settled} are settled`)
    this.find('workers', live <= stats.max, () => `at ${when} ${live} workers are live, more than ${stats.max}`)
  }

  /** What holds once it has done all that needs no time: a worker that dies and its item leave one after the other. */
  lookAtRest(when: string): void {
    const stats = this.#stats?.()
    if (stats === undefined) return
    this.#check(stats, when)
    const { inFlight, live } = stats
    this.find('workers', inFlight <= live * this.#perWorker, () => `at ${when} ${inFlight} are in flight with ${live} live workers`)
  }

  told(entry: Entry<I>, { type }: Outcome): void {
    entry.told.push(type)
    this.look(`the outcome of ${entry.id}`)
  }

  began({ id }: Message, attempt: number): void {
    this.starts += 1
    const entry = this.entries.get(id)
    if (entry === undefined) return
    this.find('attempts', entry.running === 0, () => `try ${attempt} of ${id} begins while another runs`)
    this.find('attempts', entry.told.length === 0, () => `try ${attempt} of ${id} begins after its outcome`)
    // One that was cut by a restart is begun again under its number.
    this.find('attempts', attempt >= Math.max(1, entry.attempt) && attempt <= entry.starts + 1, () => `start ${entry.starts + 1} of ${id} calls itself try ${attempt} after ${entry.attempt}`)
    if (entry.key !== undefined) this.#inTurn(entry, entry.key)
    entry.running += 1
    entry.starts += 1
    entry.attempt = attempt
    this.look(`the start of ${id}`)
  }

  over({ id }: Message): void {
    const entry = this.entries.get(id)
    if (entry !== undefined) entry.running -= 1
  }

  #inTurn(entry: Entry<I>, key: string): void {
    const open = [...this.entries.values()].find((other) => other !== entry && other.key === key && other.running > 0 && other.told.length === 0)
    this.find('keys', open === undefined, () => `${entry.id} of key '${key}' begins while ${open?.id} of that key runs`)
    const [place, last] = [this.#places.get(entry.id) ?? 0, this.#last.get(key) ?? -1]
    this.find('keys', place >= last, () => `${entry.id} of key '${key}' begins after item-${last + 1}, which came later`)
    this.#last.set(key, Math.max(place, last))
  }

  #heard({ type, message: { id } }: Outcome): void {
    this.outcomes += 1
    const entry = this.entries.get(id)
    this.find('outcomes', entry !== undefined, () => `an outcome of ${id}, which nobody offered`)
    entry?.heard.push(type)
    this.look(`the outcome of ${id}`)
  }

  /** What holds of each item once all is over. */
  settle(): void {
    for (const { id, offer, told, heard } of this.entries.values()) {
      const wanted = offer === 'accepted' ? 1 : 0
      this.find('outcomes', offer !== 'open', () => `${id} was neither accepted nor refused`)
      this.find('outcomes', heard.length === wanted, () => `${id} was ${offer} and has ${heard.length} outcomes: ${heard.join(', ')}`)
      this.find('outcomes', told.join() === heard.join(), () => `the sender of ${id} was told '${told.join()}', and outcomes$ '${heard.join()}'`)
    }
  }
}
