import { Observable, type Subscriber } from 'rxjs'
import { describe } from '../core/describe.js'
import { OptionsError } from '../core/options-error.js'
import type { Outcome } from '../core/outcome.js'
import type { Shell } from './shell.js'
import { SourceItems } from './source-items.js'
import { GroupClosedError, type Pullable } from './worker-group-contract.js'

/** One iterator for all that can be pulled from; `return` lets go of the source. */
interface Puller {
  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>
  return(): void
}

/** Pulls a source through a group; see `WorkerGroup.consume`. */
export const consumeSource = (shell: Shell, source: Pullable<unknown>): Observable<Outcome> => {
  if (!isPullable(source)) {
    throw new OptionsError('consume', [{ path: 'source', got: describe(source), expected: 'an iterable, an async iterable, or a Node or web stream' }])
  }
  return new Observable((subscriber) => {
    const pull = new Pull(shell, subscriber, source)
    pull.start()
    return () => pull.close()
  })
}

class Pull {
  readonly #shell: Shell
  readonly #items: SourceItems
  readonly #subscriber: Subscriber<Outcome>
  readonly #source: Pullable<unknown>
  #puller: Puller | undefined
  #leave: (() => void) | undefined
  #over = false
  /** Set while pulls follow each other without waiting: a loop then goes on instead of a call within a call. */
  #looping = false
  #again = false

  constructor(shell: Shell, subscriber: Subscriber<Outcome>, source: Pullable<unknown>) {
    this.#shell = shell
    this.#subscriber = subscriber
    this.#source = source
    this.#items = new SourceItems(shell, subscriber)
  }

  start(): void {
    this.#shell.books.lineCounts = true
    // Starting may end the group at once: it is asked afterwards whether it takes anything.
    this.#shell.start()
    if (this.#shell.books.intake.closed) return this.#subscriber.error(new GroupClosedError(this.#shell.settings.name))
    this.#subscriber.add(this.#shell.streams.closing$.subscribe(() => this.#end()))
    this.#guard(() => {
      this.#puller = pullerOf(this.#source)
      this.#pull()
    })
  }

  close(): void {
    this.#release()
    this.#items.withdrawAll()
  }

  #pull(): void {
    this.#again = true
    if (this.#looping) return
    this.#looping = true
    while (this.#again && !this.#over) {
      this.#again = false
      this.#leave = this.#shell.books.intake.wait(() => this.#fetch(), () => this.#end())
    }
    this.#looping = false
  }

  /** There is room: it is kept while the source is asked, so that what comes never waits outside the line. */
  #fetch(): void {
    const giveBack = this.#shell.books.intake.reserve()
    this.#guard(() => {
      const result = this.#puller?.next()
      if (result === undefined) giveBack()
      else if ('then' in result) result.then((next) => this.#take(next, giveBack), (error: unknown) => this.#fail(error, giveBack))
      else this.#take(result, giveBack)
    }, giveBack)
  }

  #take(result: IteratorResult<unknown>, giveBack: () => void): void {
    if (result.done === true || this.#over) {
      this.#over ||= result.done === true
      giveBack()
      return this.#items.end()
    }
    this.#guard(() => {
      // Its place is given back when it stands in it: else whoever waits for room takes it first, and the line overflows.
      try {
        this.#items.accept(result.value)
      } finally {
        giveBack()
      }
      this.#pull()
    })
  }

  #fail(error: unknown, giveBack: () => void): void {
    this.#over = true
    giveBack()
    this.#items.end({ error })
  }

  #guard(call: () => void, giveBack: () => void = () => undefined): void {
    try {
      call()
    } catch (error) {
      this.#release()
      this.#fail(error, giveBack)
    }
  }

  /** The group takes nothing more: the source is let go; what is open still gets its outcome. */
  #end(): void {
    this.#release()
    this.#items.end()
  }

  #release(): void {
    if (this.#over) return
    this.#over = true
    this.#leave?.()
    this.#puller?.return()
  }
}

const isPullable = (source: unknown): source is Pullable<unknown> =>
  source instanceof Object && (Symbol.asyncIterator in source || Symbol.iterator in source || 'getReader' in source)

// Typed without async iteration: not every browser's streams have it.
const pullerOf = (source: Iterable<unknown> | AsyncIterable<unknown> | Pick<ReadableStream<unknown>, 'getReader'>): Puller => {
  if (isAsync(source)) return iteratorPuller(source[Symbol.asyncIterator]())
  return isSync(source) ? iteratorPuller(source[Symbol.iterator]()) : readerPuller(source.getReader())
}

const isAsync = (source: object): source is AsyncIterable<unknown> => Symbol.asyncIterator in source

const isSync = (source: object): source is Iterable<unknown> => Symbol.iterator in source

const iteratorPuller = (iterator: Iterator<unknown> | AsyncIterator<unknown>): Puller => ({
  next: () => iterator.next(),
  return: () => quietly(() => iterator.return?.()),
})

/** Browsers whose web streams are no async iterables yet. */
const readerPuller = (reader: ReadableStreamDefaultReader<unknown>): Puller => ({
  next: async () => {
    const { done, value } = await reader.read()
    return done ? { done, value: undefined } : { done, value }
  },
  return: () => quietly(() => reader.cancel()),
})

/** Letting go of a source must not raise: nobody is left to hear it. */
const quietly = (call: () => unknown): void => {
  const ended = Promise.resolve().then(call)
  ended.catch(() => undefined)
}
