import { createInbox, type NatsConnection } from '@nats-io/transport-node'
import { ReplaySubject, type Subscription } from 'rxjs'
import type { BusStatus } from '../bus.js'
import type { NatsSettings } from './nats-options.js'

/** Whoever has to do something when the connection goes, comes back, or is closed for good. */
export interface LinkListener {
  down(): void
  up(): void
  gone(error: Error): void
}

const NO_LONGER = 'natsBus: the connection is closed'

/** The connection as the bus sees it: whether something may be sent now, and how things are altogether. */
export class NatsLink {
  readonly connection: NatsConnection
  readonly status$ = new ReplaySubject<BusStatus>(1)
  readonly #settings: NatsSettings
  readonly #listeners = new Set<LinkListener>()
  readonly #troubled = new Set<object>()
  readonly #stop: () => void
  #up: boolean
  #over = false
  #checking = false
  #told: BusStatus | undefined = undefined

  constructor(settings: NatsSettings) {
    const { connection } = settings
    this.connection = connection
    this.#settings = settings
    this.#up = connection.info !== undefined && !connection.isClosed()
    const statuses = connection.status()
    this.#stop = () => 'stop' in statuses && typeof statuses.stop === 'function' && statuses.stop()
    void this.#follow(statuses)
    void connection.closed().then((error) => this.#gone(error instanceof Error ? error : undefined))
    this.#tell()
  }

  /** Whether what is sent now reaches a server. */
  get up(): boolean {
    return this.#up && !this.#over
  }

  /** Where answers to this bus go. */
  inbox(): string {
    const { connection } = this
    const options: unknown = 'options' in connection ? connection.options : undefined
    const prefix = typeof options === 'object' && options !== null && 'inboxPrefix' in options ? options.inboxPrefix : undefined
    return createInbox(typeof prefix === 'string' ? prefix : undefined)
  }

  listen(listener: LinkListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves once something may be sent; rejects after so many ms, or when the connection is closed. */
  whenUp(withinMs = Infinity): Promise<void> {
    if (this.up) return Promise.resolve()
    if (this.#over) return Promise.reject(new Error(NO_LONGER))
    return new Promise((resolve, reject) => {
      let timer: Subscription | undefined = undefined
      const end = (finish: () => void) => () => {
        timer?.unsubscribe()
        leave()
        finish()
      }
      const leave = this.listen({ down: () => undefined, up: end(resolve), gone: (error) => end(() => reject(error))() })
      const late = end(() => reject(new Error(`natsBus: there was no connection within ${withinMs} ms`)))
      if (withinMs !== Infinity) timer = this.#settings.scheduler.schedule(late, withinMs)
    })
  }

  /** While anyone is in trouble, the bus is degraded. */
  trouble(who: object, is: boolean): void {
    if (is) this.#troubled.add(who)
    else this.#troubled.delete(who)
    this.#tell()
  }

  /** Nothing was heard for too long: if the server does not even answer a ping, the connection is made anew. */
  suspect(): void {
    if (!this.up || this.#checking) return
    this.#checking = true
    const { scheduler, heartbeatMs } = this.#settings
    const answered = (): void => {
      timer.unsubscribe()
      this.#checking = false
    }
    const timer = scheduler.schedule(() => {
      this.#checking = false
      this.#down()
      this.connection.reconnect().catch(() => undefined)
    }, heartbeatMs)
    this.connection.flush().then(answered, answered)
  }

  close(): void {
    this.#stop()
    this.#end()
  }

  async #follow(statuses: ReturnType<NatsConnection['status']>): Promise<void> {
    for await (const { type } of statuses) {
      if (type === 'disconnect') this.#down()
      if (type === 'reconnect') this.#back()
    }
  }

  #down(isOver = false): void {
    if (!this.up) return
    this.#up = false
    if (!isOver) this.#tell()
    for (const listener of [...this.#listeners]) listener.down()
  }

  #back(): void {
    if (this.#up || this.#over) return
    this.#up = true
    this.#tell()
    for (const listener of [...this.#listeners]) listener.up()
  }

  #gone(cause: Error | undefined): void {
    if (this.#over) return
    this.#down(true)
    const error = new Error(cause === undefined ? NO_LONGER : `${NO_LONGER}: ${cause.message}`, { cause })
    this.#end()
    for (const listener of [...this.#listeners]) listener.gone(error)
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#tell()
    this.status$.complete()
  }

  #tell(): void {
    const status = this.#over ? 'lost' : !this.#up ? 'connecting' : this.#troubled.size > 0 ? 'degraded' : 'live'
    if (status === this.#told) return
    this.#told = status
    this.status$.next(status)
  }
}
