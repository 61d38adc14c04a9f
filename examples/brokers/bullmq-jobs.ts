import { UnrecoverableError, type Job, type Worker } from 'bullmq'
import { BehaviorSubject, combineLatest, exhaustMap, filter, firstValueFrom, from, interval, map, merge, Subject, takeUntil, timer, type Observable } from 'rxjs'
import type { Outcome } from 'rxcrew'

/** A job that is locked for this process until it is settled. */
export interface HeldJob<D, R> {
  readonly job: Job<D, R>
  /** Aborted when the lock was lost: another worker has the job, or will. */
  readonly lost: AbortSignal
}

export interface BullmqJobsOptions {
  /** How many jobs may be held at once: the `live$` of the group that handles them. */
  readonly limit$: Observable<number>
  /** Whose locks these are: a name that no other process has. */
  readonly token: string
  /** How long a lock lasts, in ms: the `lockDuration` of the worker. Each is renewed when a third of it has passed. */
  readonly lockMs: number
}

/** After nothing came: a worker that is paused, or whose rate is limited, answers at once. */
const BREATH_MS = 20

/**
 * The jobs of a BullMQ worker that has no processor, to be pulled: `group.consume(jobs)`. It fetches one only when fewer are
 * held than the limit says, and holds it until its outcome has been told to `settle`. Ends when the worker closes, which is
 * the caller's to do, or when the group lets go of it: a job that comes just then goes back to the queue.
 */
export class BullmqJobs<D, R> implements AsyncIterable<HeldJob<D, R>> {
  /** Jobs whose lock was lost before they were settled. */
  readonly lost$: Observable<Job<D, R>>
  readonly #worker: Worker<D, R>
  readonly #options: BullmqJobsOptions
  readonly #lost$ = new Subject<Job<D, R>>()
  readonly #held$ = new BehaviorSubject<ReadonlyMap<HeldJob<D, R>, AbortController>>(new Map())
  readonly #over$ = new BehaviorSubject(false)

  constructor(worker: Worker<D, R>, options: BullmqJobsOptions) {
    this.#worker = worker
    this.#options = options
    this.lost$ = this.#lost$.asObservable()
  }

  [Symbol.asyncIterator](): AsyncIterator<HeldJob<D, R>> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.#over$.next(true)
        return { done: true, value: undefined }
      },
    }
  }

  /** Tells BullMQ what came of a job; false if its lock was lost before. */
  async settle(outcome: Outcome<HeldJob<D, R>, R>): Promise<boolean> {
    const held = outcome.message.payload
    try {
      await this.#tell(held.job, outcome)
      return true
    } catch (error) {
      // Refused because another has it, or not told at all: the lock runs out, and the job comes again.
      this.#lose(held, error)
      return false
    } finally {
      this.#release(held)
    }
  }

  async #next(): Promise<IteratorResult<HeldJob<D, R>>> {
    for (;;) {
      // oxlint-disable no-await-in-loop -- one at a time is the point
      await this.#room()
      if (this.#isOver()) return { done: true, value: undefined }
      const job = await this.#worker.getNextJob(this.#options.token)
      if (job === undefined) await firstValueFrom(timer(BREATH_MS))
      else if (this.#isOver()) await job.moveToWait(this.#options.token)
      else return { done: false, value: this.#hold(job) }
      // oxlint-enable no-await-in-loop
    }
  }

  #isOver(): boolean {
    return this.#over$.value || this.#worker.closing !== undefined
  }

  async #room(): Promise<void> {
    const room$ = combineLatest([this.#held$, this.#options.limit$]).pipe(map(([held, limit]) => held.size < limit))
    await firstValueFrom(merge(room$, this.#over$).pipe(filter(Boolean)), { defaultValue: true })
  }

  #hold(job: Job<D, R>): HeldJob<D, R> {
    const loss = new AbortController()
    const held: HeldJob<D, R> = { job, lost: loss.signal }
    this.#held$.next(new Map([...this.#held$.value, [held, loss]]))
    const { token, lockMs } = this.#options
    const settled$ = this.#held$.pipe(filter((all) => !all.has(held)))
    // One that fails is tried again at the next third; 0 says that the lock is another's.
    const renewed$ = interval(lockMs / 3).pipe(exhaustMap(() => from(job.extendLock(token, lockMs).catch(() => 1))))
    renewed$.pipe(filter((renewed) => renewed === 0), takeUntil(settled$)).subscribe(() => this.#lose(held, new Error(`the lock of job ${job.id} was lost`)))
    return held
  }

  #lose(held: HeldJob<D, R>, reason: unknown): void {
    const loss = this.#held$.value.get(held)
    if (loss === undefined || loss.signal.aborted) return
    loss.abort(reason)
    this.#lost$.next(held.job)
  }

  #release(held: HeldJob<D, R>): void {
    this.#held$.next(new Map([...this.#held$.value].filter(([other]) => other !== held)))
  }

  #tell(job: Job<D, R>, outcome: Outcome<HeldJob<D, R>, R>): Promise<unknown> {
    const { token } = this.#options
    switch (outcome.type) {
      case 'completed':
        return job.moveToCompleted(outcome.value, token, false)
      case 'failed':
      case 'timedOut':
        return job.moveToFailed(asError(outcome.failure.error), token, false)
      case 'rejected':
        return job.moveToFailed(new UnrecoverableError(outcome.reason), token, false)
      case 'cancelled':
      case 'dropped':
      case 'expired':
      case 'handedBack':
        return job.moveToWait(token)
    }
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
