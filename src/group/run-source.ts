import { Observable, Subscriber } from 'rxjs'
import { Fifo } from '../core/fifo.js'
import { checkOptions, oneOf, whole } from '../core/options.js'
import type { Outcome } from '../core/outcome.js'
import type { Item } from './item.js'
import type { Shell } from './shell.js'
import { SourceItems } from './source-items.js'
import { GroupClosedError, type RunOptions } from './worker-group-contract.js'

const CODECS = { overflow: oneOf('error', 'dropNewest', 'dropOldest'), capacity: whole(1) }

/** A push source was faster than its group for longer than its bound allows. */
export class OverflowError extends Error {
  override readonly name = 'OverflowError'
}

/** Runs every value of a push source through a group; see `WorkerGroup.run`. */
export const runSource = (shell: Shell, source: Observable<unknown>, options: RunOptions = {}): Observable<Outcome> => {
  checkOptions('run', CODECS, options)
  return new Observable((subscriber) => {
    const run = new SourceRun(shell, subscriber, options)
    // Known before there are values: a source that tells all it has at once is stopped in the midst of it.
    subscriber.add(() => run.close())
    run.connect(source)
  })
}

class SourceRun {
  readonly #shell: Shell
  readonly #items: SourceItems
  readonly #subscriber: Subscriber<Outcome>
  readonly #overflow: NonNullable<RunOptions['overflow']>
  readonly #capacity: number
  /** In order of arrival, for dropping the oldest; empty unless that is asked for. */
  readonly #order = new Fifo<Item>()
  readonly #observer: Subscriber<unknown>

  constructor(shell: Shell, subscriber: Subscriber<Outcome>, { overflow = 'error', capacity = 65_536 }: RunOptions) {
    this.#shell = shell
    this.#subscriber = subscriber
    this.#items = new SourceItems(shell, subscriber)
    this.#overflow = overflow
    this.#capacity = capacity
    this.#observer = new Subscriber({
      next: (value) => this.#next(value),
      error: (error: unknown) => this.#items.end({ error }),
      complete: () => this.#items.end(),
    })
  }

  connect(source: Observable<unknown>): void {
    this.#shell.books.lineCounts = true
    // Starting may end the group at once: it is asked afterwards whether it takes anything.
    this.#shell.start()
    if (this.#shell.books.intake.closed) return this.#subscriber.error(new GroupClosedError(this.#shell.settings.name))
    this.#subscriber.add(this.#shell.streams.closing$.subscribe(() => this.#stop()))
    source.subscribe(this.#observer)
  }

  close(): void {
    this.#observer.unsubscribe()
    this.#items.withdrawAll()
  }

  /** The group takes nothing more: what is open still gets its outcome. */
  #stop(): void {
    this.#observer.unsubscribe()
    this.#items.end()
  }

  #next(value: unknown): void {
    try {
      if (this.#items.waiting >= this.#capacity) this.#full(value)
      else this.#accept(value)
    } catch (error) {
      this.#subscriber.error(error)
    }
  }

  #accept(value: unknown): void {
    const item = this.#items.accept(value)
    if (this.#overflow === 'dropOldest') this.#remember(item)
    if (this.#shell.settings.instance === 'oneTime') this.#stop()
  }

  #full(value: unknown): void {
    switch (this.#overflow) {
      case 'error':
        throw new OverflowError(`run: ${this.#capacity} items wait already; raise 'capacity' or choose another 'overflow'`)
      case 'dropNewest':
        this.#dropIfWaiting(this.#items.accept(value))
        return
      case 'dropOldest':
        this.#dropOldest()
        // Whoever was told of it may have stopped the group.
        return this.#observer.closed ? undefined : this.#accept(value)
    }
  }

  /** What has been started is not held on to, as far as nothing older waits. */
  #remember(item: Item): void {
    for (let head = this.#order.peek(); head !== undefined && head.place !== 'waiting'; head = this.#order.peek()) this.#order.take()
    this.#order.push(item)
  }

  #dropOldest(): void {
    for (let item = this.#order.take(); item !== undefined; item = this.#order.take()) if (this.#dropIfWaiting(item)) return
  }

  /** An item of a free key starts although others wait: that one stays. */
  #dropIfWaiting(item: Item): boolean {
    if (item.place !== 'waiting' || item.open) return false
    return this.#shell.runner.withdraw(item, { type: 'dropped', ...this.#shell.books.facts(item) })
  }
}
