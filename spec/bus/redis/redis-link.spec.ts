import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { RedisBusError } from '../../../src/bus/redis/redis-bus-error.js'
import type { OpenConnection, RedisCommand } from '../../../src/bus/redis/redis-connection.js'
import { RedisLink } from '../../../src/bus/redis/redis-link.js'
import { microtasks } from '../virtual-bus.js'

interface Made {
  readonly sent: RedisCommand[]
  ready(): void
  refuse(error: Error): void
  answer(value: unknown): void
  fail(error: Error): void
  end(reason: Error): void
  destroyed: boolean
}

const stand = () => {
  const scheduler = new VirtualTimeScheduler()
  const made: Made[] = []
  const states: string[] = []
  const open: OpenConnection = (onEnd) => {
    const calls: { resolve(value: unknown): void; reject(error: Error): void }[] = []
    let [ready, refuse]: [() => void, (error: Error) => void] = [() => undefined, () => undefined]
    const promise = new Promise<void>((resolve, reject) => ([ready, refuse] = [resolve, reject]))
    const connection: Made = {
      sent: [], ready: () => ready(), refuse: (error) => refuse(error), end: onEnd, destroyed: false,
      answer: (value) => calls.shift()?.resolve(value),
      fail: (error) => calls.shift()?.reject(error),
    }
    made.push(connection)
    return {
      ready: promise,
      send: (command) => {
        connection.sent.push(command)
        return new Promise((resolve, reject) => void calls.push({ resolve, reject }))
      },
      destroy: () => void (connection.destroyed = true),
    }
  }
  const link: RedisLink = new RedisLink({ open, scheduler, random: () => 1, silenceMs: 100, onState: () => states.push(link.state) })
  const pass = async (ms: number): Promise<void> => {
    scheduler.maxFrames = scheduler.frame + ms
    scheduler.flush()
    scheduler.frame = scheduler.maxFrames
    await microtasks()
  }
  const last = (): Made => {
    const connection = made.at(-1)
    if (connection === undefined) throw new Error('no connection was opened')
    return connection
  }
  return { link, made, last, states, pass }
}

const codeOf = (sent: Promise<unknown>): Promise<unknown> => sent.catch((error: unknown) => (error instanceof RedisBusError ? error.code : error))

describe('a link to Redis', () => {
  it('sends what waited once it is up, in order, and gives each its answer', async () => {
    const { link, last } = stand()
    const answers = Promise.all([link.send(['A']), link.send(['B'])])
    last().ready()
    await microtasks()
    expect(last().sent).toEqual([['A'], ['B']])
    last().answer(1)
    last().answer(2)
    expect(await answers).toEqual([1, 2])
  })

  it('rejects what waits when the first connection is refused, and tries again after a pause that grows to a second', async () => {
    const { link, made, last, states, pass } = stand()
    const first = codeOf(link.send(['A']))
    const pauses: number[] = []
    for (let round = 0; round < 7; round += 1) {
      last().refuse(new Error('connect ECONNREFUSED'))
      // oxlint-disable-next-line no-await-in-loop
      await microtasks()
      const before = made.length
      let pausedMs = 0
      // oxlint-disable-next-line no-await-in-loop
      for (; made.length === before; pausedMs += 50) await pass(50)
      pauses.push(pausedMs)
    }
    expect(await first).toBe('unreachable')
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_000, 1_000])
    expect(new Set(states)).toEqual(new Set(['lost']))
  })

  it('rejects what was under way when the connection ends, and makes another at once', async () => {
    const { link, made, last, states } = stand()
    link.connect()
    last().ready()
    await microtasks()
    const under = codeOf(link.send(['A']))
    last().end(new Error('gone'))
    const waits = link.send(['B'])
    last().ready()
    await microtasks()
    last().answer('b')
    expect([await under, await waits, made.length, made[0]?.destroyed, link.epoch]).toEqual(['disconnected', 'b', 2, true, 2])
    expect(states).toEqual(['up', 'down', 'up'])
  })

  it('takes what a client says of its connection for an end of it, and what the server says for an answer', async () => {
    const { link, made, last } = stand()
    link.connect()
    last().ready()
    await microtasks()
    const refused = codeOf(link.send(['A']))
    last().fail(new Error('ERR no'))
    expect(await refused).toEqual(new Error('ERR no'))
    const ended = codeOf(link.send(['B']))
    last().fail(new Error('Connection is closed.'))
    expect([await ended, made.length]).toEqual(['disconnected', 2])
  })

  it('takes a connection for dead that answers nothing, and one that never becomes ready', async () => {
    const { link, made, last, pass } = stand()
    link.connect()
    last().ready()
    await microtasks()
    const silent = codeOf(link.send(['A']))
    await pass(99)
    expect(made.length).toBe(1)
    await pass(1)
    expect([await silent, made.length]).toEqual(['disconnected', 2])
    const waits = codeOf(link.send(['B']))
    await pass(100)
    expect([await waits, link.state, made[1]?.destroyed]).toEqual(['unreachable', 'lost', true])
  })

  it('is quiet while it has nothing to wait for', async () => {
    const { link, made, last, pass } = stand()
    link.connect()
    last().ready()
    await microtasks()
    const answered = link.send(['A'])
    last().answer(1)
    await answered
    await pass(10_000)
    expect([made.length, link.state]).toEqual([1, 'up'])
  })

  it('rejects everything once it is closed, and connects no more', async () => {
    const { link, made, last } = stand()
    link.connect()
    last().ready()
    await microtasks()
    const under = codeOf(link.send(['A']))
    link.close()
    expect([await under, await codeOf(link.send(['B'])), made.length, last().destroyed]).toEqual(['closed', 'closed', 1, true])
  })
})
