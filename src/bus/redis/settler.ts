import type { SchedulerLike } from 'rxjs'
import { answeredWith, RedisBusError } from './redis-bus-error.js'
import { refusalsOf } from './redis-reply.js'
import { afterBurst } from './after-burst.js'

/** What Redis is to be told of one message: `untried` comes again at once and counts as never delivered. */
export type SettlementKind = 'ack' | 'retry' | 'untried' | 'bury' | 'extend'

interface Pending {
  readonly kind: SettlementKind
  readonly id: string
  readonly value: string
  readonly untilMs: number
  readonly resolve: (taken: boolean) => void
  readonly reject: (error: unknown) => void
  again: boolean
}

export interface SettlerHost {
  readonly scheduler: SchedulerLike
  /** How long a settlement is tried again when the connection ends before the answer. */
  readonly leaseMs: number
  /** A settlement was not taken: the message is not this consumer's any more. */
  readonly onLate: () => void
  /** Runs the script with these parameters behind the group and the consumer. */
  run(parameters: readonly string[]): Promise<unknown>
}

/** As many in one step of the server: others want it too. */
const AT_ONCE = 500

/**
 * Tells Redis of settlements, all that came in the meantime in one step. One whose answer was lost with the connection is
 * told again for as long as its lease may last.
 */
export class Settler {
  readonly #host: SettlerHost
  #line: Pending[] = []
  #busy = false
  #asked = false
  #closed = false
  #onIdle: (() => void) | undefined = undefined

  constructor(host: SettlerHost) {
    this.#host = host
  }

  /** True once Redis has taken it; false if the message is not this consumer's any more. */
  tell(kind: SettlementKind, id: string, value = ''): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return resolve(false)
      this.#line.push({ kind, id, value, untilMs: this.#host.scheduler.now() + this.#host.leaseMs, resolve, reject, again: false })
      if (this.#busy || this.#asked) return
      this.#asked = true
      afterBurst(() => this.#flush())
    })
  }

  /** Resolves once everything told has been answered. */
  idle(): Promise<void> {
    if (!this.#busy && this.#line.length === 0) return Promise.resolve()
    return new Promise((resolve) => (this.#onIdle = resolve))
  }

  /** Whatever is not answered by now came too late. */
  close(): void {
    this.#closed = true
    for (const { resolve } of this.#line.splice(0)) resolve(false)
  }

  #flush(): void {
    this.#asked = false
    if (this.#busy || this.#line.length === 0) return
    this.#busy = true
    const batch = this.#line.length > AT_ONCE ? this.#line.splice(0, AT_ONCE) : this.#line
    if (batch === this.#line) this.#line = []
    const inOrder = acksFirst(batch)
    this.#host.run(parametersOf(inOrder)).then(
      (reply) => this.#answered(inOrder, refusalsOf(reply)),
      (error: unknown) => this.#failed(inOrder, error),
    )
  }

  #answered(batch: readonly Pending[], refused: ReadonlyMap<number, string>): void {
    batch.forEach(({ kind, resolve, reject }, index) => {
      const why = refused.size === 0 ? undefined : refused.get(index + 1)
      if (why === undefined) resolve(true)
      else if (why === '') {
        if (kind !== 'extend' && kind !== 'untried') this.#host.onLate()
        resolve(false)
      } else reject(answeredWith(kind === 'bury' ? 'publishing the dead letter' : 'settling', new Error(why)))
    })
    this.#next()
  }

  #failed(batch: readonly Pending[], error: unknown): void {
    const nowMs = this.#host.scheduler.now()
    const lost = error instanceof RedisBusError && error.isCut
    const [again, given]: [Pending[], Pending[]] = [[], []]
    for (const pending of batch) (lost && !this.#closed && pending.untilMs > nowMs ? again : given).push(pending)
    for (const pending of again) pending.again = true
    for (const { resolve, reject } of given) {
      if (this.#closed) resolve(false)
      else reject(answeredWith('settling', error))
    }
    this.#line = [...again, ...this.#line]
    this.#next()
  }

  #next(): void {
    this.#busy = false
    if (this.#line.length > 0) return this.#flush()
    this.#onIdle?.()
    this.#onIdle = undefined
  }
}

const isPlainAck = ({ kind, again }: Pending): boolean => kind === 'ack' && !again

const acksFirst = (batch: readonly Pending[]): readonly Pending[] =>
  batch.every(isPlainAck) ? batch : [...batch.filter(isPlainAck), ...batch.filter((pending) => !isPlainAck(pending))]

const parametersOf = (batch: readonly Pending[]): readonly string[] => {
  const acks = batch.filter(isPlainAck)
  const parameters = [String(acks.length)]
  for (const { id } of acks) parameters.push(id)
  for (const { kind, id, value, again } of batch.slice(acks.length)) parameters.push(again ? `${kind}!` : kind, id, value)
  return parameters
}
