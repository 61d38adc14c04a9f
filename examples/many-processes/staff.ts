import { bufferTime, filter, firstValueFrom, merge, ReplaySubject, Subject, type Observable } from 'rxjs'
import { plural } from '../duplicates/format.js'
import type { RawPath } from '../duplicates/raw-path.js'
import type { Reading } from '../duplicates/recorder.js'
import { Member } from './member.js'
import type { Orders, Word } from './words.js'

export interface StaffOptions {
  /** How many processes there are to be. */
  readonly processes: number
  readonly orders: Omit<Orders, 'number'>
  /** Told in a line what happens to them. */
  readonly say: (line: string) => void
}

/** A process as it was when it was killed. */
export interface Killed {
  readonly number: number
  readonly begun: number
  /** Files it had begun and not ended. */
  readonly hand: readonly RawPath[]
}

/**
 * The worker processes. The first of them that asks whether it may go on is killed, the others go on; for each that ends
 * another is started.
 */
export class Staff {
  /** A process has ended before it was ready: another would fare no better. */
  readonly broken$: Observable<Error>
  /** The one that was killed by this program, once one was. */
  killed: Killed | undefined
  /** Files of which a message came that somebody had had before. */
  readonly again = new Set<RawPath>()
  readonly #options: StaffOptions
  readonly #members = new Set<Member>()
  readonly #broken$ = new ReplaySubject<Error>()
  readonly #ready$ = new Subject<void>()
  readonly #again$ = new Subject<{ readonly path: RawPath; readonly to: number }>()
  #started = 0
  #leaving = false

  constructor(options: StaffOptions) {
    this.#options = options
    this.broken$ = this.#broken$.asObservable()
    this.#again$.pipe(bufferTime(500), filter((some) => some.length > 0)).subscribe((some) => {
      const to = [...new Set(some.map((one) => one.to))].toSorted((a, b) => a - b)
      options.say(`${plural(new Set(some.map(({ path }) => path)).size, 'file')} came again, to process ${to.join(', ')}`)
    })
    for (let count = 0; count < options.processes; count += 1) this.#start()
  }

  /** Resolves when all are ready, or one is broken. */
  async ready(): Promise<void> {
    const all$ = this.#ready$.pipe(filter(() => [...this.#members].every(({ isReady }) => isReady)))
    await firstValueFrom(merge(all$, this.broken$))
  }

  readings(): readonly Reading[] {
    return [...this.#members].flatMap(({ reading }) => reading ?? [])
  }

  /** Resolves when all have left. */
  async leave(): Promise<void> {
    this.#leaving = true
    this.#again$.complete()
    for (const member of this.#members) member.call('leave')
    await Promise.all([...this.#members].map(({ ended }) => ended))
  }

  #start(): Member {
    this.#started += 1
    const member = new Member({ ...this.#options.orders, number: this.#started }, (from, word) => this.#hear(from, word))
    this.#members.add(member)
    void member.ended.then((end) => this.#onEnd(member, end))
    return member
  }

  #hear(member: Member, word: Word): void {
    if (word.type === 'ready') this.#ready$.next()
    else if (word.type === 'asks') this.#answer(member)
    else if (word.type === 'again') {
      this.again.add(word.path)
      this.#again$.next({ path: word.path, to: member.number })
    }
  }

  #answer(member: Member): void {
    if (this.killed !== undefined) return member.call('goOn')
    const { number, begun, pid, hand } = member
    this.killed = { number, begun, hand: [...hand] }
    this.#options.say(`Process ${number} (pid ${pid}) is killed with SIGKILL: it has begun ${plural(begun, 'file')}, and holds ${hand.size} of them`)
    member.kill()
  }

  #onEnd(member: Member, end: string): void {
    this.#members.delete(member)
    if (this.#leaving) return
    if (!member.isReady) return this.#broken$.next(new Error(`process ${member.number} ended with ${end} before it was ready`))
    const { number } = this.#start()
    this.#options.say(`Process ${member.number} ended with ${end}; process ${number} takes its place`)
  }
}
