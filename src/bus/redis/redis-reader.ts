import { isGone, RedisBusError } from './redis-bus-error.js'
import { type ClaimedEntry, claimedOf, flatOf, type RedisEntry, streamsOf, stringsOf } from './redis-reply.js'
import { runScript } from './redis-script.js'
import type { RedisSeat } from './redis-seat.js'
import { CLAIM } from './claim-script.js'
import { JOIN } from './join-script.js'
import { LEAVE } from './leave-script.js'
import { READ } from './read-script.js'
import { TEND } from './tend-script.js'

/** What a consumer asks of Redis, one command each. */
export class RedisReader {
  readonly #seat: RedisSeat
  /** What the server calls the reading connection. */
  #clientId: string | undefined = undefined
  #epochs = ''
  #tokens: string[] = []
  #lastId = '0-0'
  /** The last read brought all that was asked for. */
  #isFlowing = false

  constructor(seat: RedisSeat) {
    this.#seat = seat
  }

  get #keys(): readonly string[] {
    const { stream, retry, wake, robbed } = this.#seat.keys
    return [stream, retry, wake, robbed]
  }

  /** Whether something waits to be taken over from another delivery. */
  get isClaimDue(): boolean {
    return this.#tokens.length > 0
  }

  /** Whole text, not hash: it must be carried out before anything that is published next. */
  join(): Promise<unknown> {
    return this.#seat.commands.send(['EVAL', JOIN.text, '4', ...this.#keys, this.#seat.group])
  }

  /** The group was there before and is gone. */
  rejoin(): Promise<unknown> {
    const { commands, group, own } = this.#seat
    return runScript(commands, JOIN, this.#keys, [group, own ? this.#lastId : '0-0'])
  }

  tend(): Promise<unknown> {
    const { commands, group, consumer, leaseMs, forgetMs } = this.#seat
    return runScript(commands, TEND, this.#keys, [group, consumer, String(leaseMs), String(forgetMs)])
  }

  /**
   * Gets to know a connection that is new. Resolves to the ids that Redis takes for this consumer's, for they may have
   * been on their way when the connection before it ended; to nothing if there was none before.
   */
  async meet(): Promise<readonly string[]> {
    const { reader, commands, keys, group, consumer } = this.#seat
    if (this.#epochs === `${reader.epoch} ${commands.epoch}` && reader.state === 'up') return []
    const before = this.#clientId
    this.#clientId = String(await reader.send(['CLIENT', 'ID']))
    this.#epochs = `${reader.epoch} ${commands.epoch}`
    if (before === undefined) return []
    // A connection that is dead here may still be served there, and would be given messages that nobody sees.
    if (before !== this.#clientId) await this.#kill(before)
    const pending = await commands.send(['XPENDING', keys.stream, group, '-', '+', '10000', consumer])
    return Array.isArray(pending) ? pending.map((row) => stringsOf(row)[0] ?? '') : []
  }

  /** New messages, as soon as there are some; none when the wait was over or broken off. */
  async read(count: number): Promise<readonly RedisEntry[]> {
    let read = this.#isFlowing ? await this.#readAtOnce(count) : []
    if (read.length === 0 && this.#tokens.length === 0) read = await this.#readWhenThereAreSome(count)
    this.#lastId = read.at(-1)?.id ?? this.#lastId
    this.#isFlowing = read.length === count
    return read
  }

  // While there are more than are asked for, what a script answers takes the client less time to read than what a read does.
  async #readAtOnce(count: number): Promise<readonly RedisEntry[]> {
    const { commands, keys, group, consumer } = this.#seat
    const { entries, woke } = flatOf(await runScript(commands, READ, [keys.stream, keys.wake], [group, consumer, String(count)]))
    this.#tokens.push(...woke)
    return entries
  }

  async #readWhenThereAreSome(count: number): Promise<readonly RedisEntry[]> {
    const { reader, keys, group, consumer, blockMs } = this.#seat
    const reply = await reader.send(['XREADGROUP', 'GROUP', group, consumer, 'COUNT', String(count), 'BLOCK', String(blockMs), 'STREAMS', keys.stream, keys.wake, '>', '>'])
    let read: readonly RedisEntry[] = []
    for (const [stream, entries] of streamsOf(reply)) {
      if (stream.endsWith(keys.wake)) this.#tokens.push(...entries.map(({ id }) => id))
      else read = entries
    }
    return read
  }

  /** Takes over what is due and what nobody holds any more. */
  async claim(count: number): Promise<readonly ClaimedEntry[]> {
    const { commands, group, consumer, leaseMs } = this.#seat
    const tokens = this.#tokens.splice(0)
    return claimedOf(await runScript(commands, CLAIM, this.#keys, [group, consumer, String(leaseMs), String(count), ...tokens]))
  }

  /** Breaks off a read that waits; false if none does. */
  async unblock(): Promise<boolean> {
    if (this.#clientId === undefined) return true
    return Number(await this.#seat.commands.send(['CLIENT', 'UNBLOCK', this.#clientId])) > 0
  }

  /** What this consumer holds comes again to others at once. */
  async leave(): Promise<void> {
    const { commands, group, consumer, own } = this.#seat
    const killed = this.#clientId === undefined ? undefined : this.#kill(this.#clientId)
    await Promise.all([killed, runScript(commands, LEAVE, this.#keys, [group, consumer, own ? '1' : '0']).catch(unlessGone)])
  }

  async #kill(client: string): Promise<void> {
    await this.#seat.commands.send(['CLIENT', 'KILL', 'ID', client]).catch(unlessCut)
  }
}

const unlessGone = (error: unknown): void => {
  if (!isGone(error)) throw error
}

// One that is gone already, or that may not be ended, ends by itself.
const unlessCut = (error: unknown): void => {
  if (error instanceof RedisBusError) throw error
}
