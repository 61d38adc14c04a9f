import type { ChannelModel } from 'amqplib'
import { ReplaySubject, type SchedulerLike, Subscription } from 'rxjs'
import type { BusStatus } from '../bus.js'
import { closeQuietly } from './channel.js'
import { reconnectDelayMs } from './reconnect-delay.js'
import { isRefusal, refused } from './refusal.js'
import { Session, type SessionHost } from './session.js'
import { Waiters } from './waiters.js'

export interface ConnectionHost extends SessionHost {
  readonly connect: () => Promise<ChannelModel>
  /** Whether what `connect` gives is closed with the bus, and made anew when it breaks. */
  readonly owned: boolean
  readonly patienceMs: number
  readonly scheduler: SchedulerLike
  readonly random: () => number
}

/** How long a server may take to open or close a connection. */
export const ANSWER_MS = 5_000

/** Keeps one connection to the server: makes it, watches it, and makes it anew whenever it breaks. */
export class Connection {
  readonly status$ = new ReplaySubject<BusStatus>(1)
  #status: BusStatus = 'connecting'
  readonly #host: ConnectionHost
  readonly #waiters = new Waiters()
  /** What keeps it from being live though it is connected. */
  readonly #troubles = new Set<unknown>()
  readonly #timers = new Subscription()
  #session: Session | undefined
  #connecting = false
  #attempt = 0
  #wasLive = false
  /** Runs while it is not connected, and makes it lost. */
  #outage = Subscription.EMPTY
  #isLost = false
  #lastError: unknown = undefined
  #closed = false

  constructor(host: ConnectionHost) {
    this.#host = host
    this.status$.next(this.#status)
    this.#countOutage()
    void this.#connect()
  }

  get session(): Session | undefined {
    return this.#session
  }

  /** The session, or the next. Rejects when the server refuses or the bus closes; and if told so, when it takes too long. */
  next(patience: 'patient' | 'endless'): Promise<Session> {
    if (this.#session !== undefined) return Promise.resolve(this.#session)
    if (this.#closed) return Promise.reject(new Error('rabbitmqBus: the bus is closed'))
    const waiting = this.#waiters.wait((giveUp) =>
      patience === 'endless' ? new Subscription() : this.#after(this.#host.patienceMs, () => giveUp(refused(`no connection within ${this.#host.patienceMs} ms`, this.#lastError ?? 'nothing answered'))))
    if (!this.#connecting) void this.#connect()
    return waiting
  }

  /** Something that is part of a live bus does not work, or does again. */
  trouble(who: unknown, isOne: boolean): void {
    if (isOne) this.#troubles.add(who)
    else this.#troubles.delete(who)
    this.#tell()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#timers.unsubscribe()
    const session = this.#session
    this.#session = undefined
    this.#waiters.reject(new Error('rabbitmqBus: the bus is closed'))
    this.status$.next('lost')
    this.status$.complete()
    if (session !== undefined) await this.#end(session)
  }

  async #connect(): Promise<void> {
    if (this.#closed || this.#connecting) return
    this.#connecting = true
    this.#attempt += 1
    try {
      const model = await this.#timed(this.#host.connect(), (late) => this.#host.owned && closeQuietly(late))
      await this.#begin(model).catch((error: unknown) => {
        if (this.#host.owned) void closeQuietly(model)
        throw error
      })
      this.#connecting = false
    } catch (error) {
      this.#failed(error)
    }
  }

  async #begin(model: ChannelModel): Promise<void> {
    const session = new Session(model, this.#host)
    const blocked = Symbol('blocked')
    // An error is always followed by the close; without a listener it would end the process.
    model.on('error', (error: unknown) => {
      this.#lastError = error
    })
    model.on('close', (error: unknown) => {
      this.#troubles.delete(blocked)
      this.#lost(session, error)
    })
    model.on('blocked', () => this.trouble(blocked, true))
    model.on('unblocked', () => this.trouble(blocked, false))
    await this.#timed(session.open())
    if (this.#closed) return this.#end(session)
    this.#session = session
    this.#attempt = 0
    this.#wasLive = true
    this.#isLost = false
    this.#outage.unsubscribe()
    this.#tell()
    this.#waiters.resolve(session)
  }

  // A server that does not answer must not hold up the end.
  #end(session: Session): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#host.scheduler.schedule(() => resolve(), Math.min(this.#host.patienceMs, ANSWER_MS))
      const end = async (): Promise<void> => {
        await session.close()
        if (this.#host.owned) await closeQuietly(session.model)
      }
      void end().finally(() => {
        timer.unsubscribe()
        resolve()
      })
    })
  }

  #lost(session: Session, error: unknown): void {
    if (this.#session !== session) return
    this.#session = undefined
    this.#lastError = error ?? this.#lastError
    this.#tell()
    this.#countOutage()
    if (this.#host.owned) void this.#connect()
    else this.#waiters.reject(refused('the connection it was given has closed', error ?? 'it was closed'))
  }

  #failed(error: unknown): void {
    this.#connecting = false
    if (this.#closed) return
    this.#lastError = error
    if (isRefusal(error) || !this.#host.owned) this.#refuse(error)
    // Whoever was let in once may be let in again: a server that starts refuses for a while.
    if (this.#host.owned && (this.#wasLive || !isRefusal(error))) this.#after(reconnectDelayMs(this.#attempt, this.#host.random()), () => void this.#connect())
  }

  #refuse(error: unknown): void {
    this.#isLost = true
    this.#tell()
    if (!this.#wasLive || !this.#host.owned) this.#waiters.reject(refused('the server does not let it in', error))
  }

  #timed<A>(work: Promise<A>, late: (result: A) => unknown = () => undefined): Promise<A> {
    const withinMs = Math.min(this.#host.patienceMs, ANSWER_MS)
    return new Promise((resolve, reject) => {
      const timer = this.#after(withinMs, () => reject(new Error(`the server has not answered within ${withinMs} ms`)))
      work.then((result) => void (timer.closed ? late(result) : resolve(result)), reject).finally(() => timer.unsubscribe())
    })
  }

  #countOutage(): void {
    this.#outage = this.#after(this.#host.patienceMs, () => {
      this.#isLost = true
      this.#tell()
    })
  }

  get #now(): BusStatus {
    if (this.#session !== undefined) return this.#troubles.size > 0 ? 'degraded' : 'live'
    if (this.#isLost) return 'lost'
    return this.#wasLive ? 'degraded' : 'connecting'
  }

  #tell(): void {
    if (this.#closed) return
    const now = this.#now
    if (this.#status === now) return
    this.#status = now
    this.status$.next(now)
  }

  #after(ms: number, act: () => void): Subscription {
    const timer = this.#host.scheduler.schedule(() => {
      timer.unsubscribe()
      act()
    }, ms)
    this.#timers.add(timer)
    return timer
  }
}
