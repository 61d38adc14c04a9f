import type { SchedulerLike, Subscription } from 'rxjs'
import { Fifo } from '../../core/fifo.js'
import { Alarm } from '../memory-alarm.js'
import { isReply, noConnection, RedisBusError } from './redis-bus-error.js'
import type { OpenConnection, RedisCommand, RedisConnection } from './redis-connection.js'

/** `down`: it was up and is being remade. `lost`: remaking it has failed so far, and goes on. */
export type LinkState = 'connecting' | 'up' | 'down' | 'lost'

export interface LinkHost {
  readonly open: OpenConnection
  readonly scheduler: SchedulerLike
  readonly random: () => number
  /** A connection that answers nothing for so long, in ms, is dead whatever it seems. */
  readonly silenceMs: number
  /** Told each time the state changes. */
  readonly onState: () => void
}

interface Call {
  readonly command: RedisCommand
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
  readonly untilMs: number
  open: boolean
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

/**
 * One connection that is remade when it ends or falls silent. Commands go out in the order they were sent in, wait while
 * there is no connection, and reject when none comes, when it ends before the answer, or when no answer comes.
 */
export class RedisLink {
  readonly #host: LinkHost
  readonly #alarm: Alarm
  readonly #waiting = new Fifo<Call>()
  readonly #sent = new Fifo<Call>()
  #connection: RedisConnection | undefined = undefined
  #pause: Subscription | undefined = undefined
  #connectUntilMs = 0
  #failures = 0
  #closed = false
  #lastError = new Error('not connected yet')
  state: LinkState = 'connecting'
  /** Which connection this is, counted from 1. */
  epoch = 0

  constructor(host: LinkHost) {
    this.#host = host
    this.#alarm = new Alarm(host.scheduler, () => this.#onAlarm())
  }

  send(command: RedisCommand): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new RedisBusError('closed', nameOf(command)))
      const call = { command, resolve, reject, untilMs: this.#host.scheduler.now() + this.#host.silenceMs, open: true }
      if (this.state === 'up') this.#write(call)
      else this.#waiting.push(call)
      this.#alarm.set(call.untilMs)
      this.connect()
    })
  }

  /** Starts to connect, unless it has. */
  connect(): void {
    if (this.#closed || this.#connection !== undefined || this.#pause !== undefined) return
    const connection = this.#host.open((reason) => this.#onEnd(connection, reason))
    this.#connection = connection
    this.#connectUntilMs = this.#host.scheduler.now() + this.#host.silenceMs
    this.#alarm.set(this.#connectUntilMs)
    connection.ready.then(
      () => this.#onReady(connection),
      (error: unknown) => this.#onRefused(connection, asError(error)),
    )
  }

  /** Ends the connection for good; what waits for an answer rejects. */
  close(): void {
    this.#closed = true
    this.#pause?.unsubscribe()
    this.#drop()
    this.#alarm.set(undefined)
    this.#rejectAll(this.#sent, (what) => new RedisBusError('closed', what))
    this.#rejectAll(this.#waiting, (what) => new RedisBusError('closed', what))
  }

  #write(call: Call): void {
    const connection = this.#connection
    if (connection === undefined) return
    this.#sent.push(call)
    connection.send(call.command).then(
      (answer) => this.#answered(call, connection) && call.resolve(answer),
      // Clients reject what is under way before they tell that the connection has ended.
      (error: unknown) => (isReply(error) ? this.#answered(call, connection) && call.reject(error) : this.#onEnd(connection, error)),
    )
  }

  #answered(call: Call, connection: RedisConnection): boolean {
    const { open } = call
    call.open = false
    // Answers come in order, so that those in front are done with.
    while (this.#sent.peek()?.open === false) this.#sent.take()
    return open && this.#connection === connection
  }

  #onReady(connection: RedisConnection): void {
    if (this.#connection !== connection) return
    this.#failures = 0
    this.epoch += 1
    this.#enter('up')
    for (let call = this.#waiting.take(); call !== undefined; call = this.#waiting.take()) if (call.open) this.#write(call)
  }

  #onRefused(connection: RedisConnection, error: Error): void {
    if (this.#connection !== connection) return
    this.#lastError = error
    this.#drop()
    const explained = noConnection('connecting', error)
    // Before the first connection a wrong address is likelier than a blip.
    if (this.epoch === 0 || explained.isFinal) this.#rejectAll(this.#waiting, (what) => noConnection(what, error))
    this.#enter('lost')
    this.#again()
  }

  #onEnd(connection: RedisConnection, reason: unknown): void {
    if (this.#connection !== connection) return
    const error = asError(reason)
    this.#lastError = error
    this.#drop()
    this.#enter('down')
    this.#rejectAll(this.#sent, (what) => new RedisBusError('disconnected', what, error))
    if (!this.#closed) this.connect()
  }

  #onAlarm(): void {
    const nowMs = this.#host.scheduler.now()
    const silent = new Error(`no answer within ${this.#host.silenceMs} ms`)
    const connection = this.#connection
    const sent = this.#sent.peek()
    if (connection !== undefined && this.state !== 'up' && this.#connectUntilMs <= nowMs) this.#onRefused(connection, silent)
    if (connection !== undefined && sent !== undefined && sent.untilMs <= nowMs) this.#onEnd(connection, silent)
    for (let call = this.#waiting.peek(); call !== undefined && call.untilMs <= nowMs; call = this.#waiting.peek()) {
      this.#waiting.take()
      call.reject(noConnection(nameOf(call.command), this.#lastError))
    }
    this.#alarm.set(this.#earliestMs)
  }

  get #earliestMs(): number | undefined {
    const call = this.#sent.peek() ?? this.#waiting.peek()
    return call?.untilMs ?? (this.#connection === undefined || this.state === 'up' ? undefined : this.#connectUntilMs)
  }

  #drop(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.destroy()
  }

  #again(): void {
    const mostMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    // Between half and all of it, so that many clients do not come back in one moment.
    const pauseMs = mostMs * (1 + this.#host.random()) / 2
    this.#pause = this.#host.scheduler.schedule(() => {
      this.#pause = undefined
      this.connect()
    }, pauseMs)
  }

  #enter(state: LinkState): void {
    this.state = state
    this.#host.onState()
  }

  #rejectAll(calls: Fifo<Call>, error: (what: string) => Error): void {
    for (let call = calls.take(); call !== undefined; call = calls.take()) if (call.open) call.reject(error(nameOf(call.command)))
  }
}

const nameOf = ([name = '']: RedisCommand): string => name

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
