import { Observable, type Subscriber } from 'rxjs'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { OfferOptions, WorkerGroup } from '../../src/group/worker-group-contract.js'

/** A handler whose every run ends when the spec says so: an Observable, so it heeds its abort. */
export class ManualWork<I> {
  /** Inputs in the order in which their runs began, a retry once more. */
  readonly started: I[] = []
  /** Inputs whose runs were cut. */
  readonly cut: I[] = []
  readonly #runs = new Map<I, Subscriber<unknown>>()

  readonly handle = ({ input }: Pick<Job<I>, 'input'>): Observable<I> =>
    new Observable<I>((run) => {
      this.started.push(input)
      this.#runs.set(input, run)
      return () => {
        if (this.#runs.get(input) === run) {
          this.#runs.delete(input)
          this.cut.push(input)
        }
      }
    })


  get running(): readonly I[] {
    return [...this.#runs.keys()]
  }

  end(input: I, value: unknown = input): void {
    this.#end(input, (run) => {
      run.next(value)
      run.complete()
    })
  }

  fail(input: I, error: unknown = new Error(`${String(input)} failed`)): void {
    this.#end(input, (run) => run.error(error))
  }

  #end(input: I, how: (run: Subscriber<unknown>) => void): void {
    const run = this.#runs.get(input)
    if (run === undefined) throw new Error(`${String(input)} does not run`)
    this.#runs.delete(input)
    how(run)
  }
}

/** A promise that ends when the spec says so: it does not heed its abort. */
export const deferred = <T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } => {
  let settle: { resolve: (value: T) => void; reject: (error: unknown) => void } | undefined
  const promise = new Promise<T>((resolve, reject) => { settle = { resolve, reject } })
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) }
}

/** Offers what may well be refused. */
export const send = <I>(group: Pick<WorkerGroup<I>, 'offer'>, input: I, options?: OfferOptions<I>): void => {
  group.offer(input, options).catch(() => undefined)
}

/** What a source tells, and what it is subscribed to by. */
export const record = (outcomes$: Observable<Outcome<number, number>>) => {
  const seen: unknown[] = []
  const subscription = outcomes$.subscribe({
    next: ({ type, message }) => seen.push(`${type} ${message.payload}`),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('end'),
  })
  return { seen, subscription }
}
