import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { afterBurst } from '../../../src/bus/redis/after-burst.js'
import { RedisBusError } from '../../../src/bus/redis/redis-bus-error.js'
import { Settler } from '../../../src/bus/redis/settler.js'

const burst = (): Promise<void> => new Promise(afterBurst)

const stand = () => {
  const scheduler = new VirtualTimeScheduler()
  const runs: (readonly string[])[] = []
  const answers: { resolve(reply: unknown): void; reject(error: unknown): void }[] = []
  const told = { late: 0 }
  const settler = new Settler({
    scheduler,
    leaseMs: 1_000,
    onLate: () => void (told.late += 1),
    run: (parameters) => {
      runs.push(parameters)
      return new Promise((resolve, reject) => void answers.push({ resolve, reject }))
    },
  })
  return { scheduler, settler, runs, answers, told }
}

describe('settlements', () => {
  it('of one burst go out together, acknowledgements first, and the next while the answer is awaited', async () => {
    const { settler, runs, answers } = stand()
    const first = [settler.tell('retry', '1-0', '50'), settler.tell('ack', '2-0'), Promise.resolve().then(() => settler.tell('ack', '3-0'))]
    await burst()
    expect(runs).toEqual([['2', '2-0', '3-0', 'retry', '1-0', '50']])
    const second = [settler.tell('ack', '4-0'), settler.tell('ack', '5-0')]
    await burst()
    expect(runs.length).toBe(1)
    answers[0]?.resolve([])
    expect(await Promise.all(first)).toEqual([true, true, true])
    expect(runs[1]).toEqual(['2', '4-0', '5-0'])
    answers[1]?.resolve([])
    expect(await Promise.all(second)).toEqual([true, true])
  })

  it('are told apart by their places: too late, refused with a reason, taken', async () => {
    const { settler, answers, told } = stand()
    const all = [settler.tell('ack', '1-0'), settler.tell('ack', '2-0'), settler.tell('bury', '3-0', '{}')]
    await burst()
    answers[0]?.resolve([1, '', 3, 'WRONGTYPE not a stream'])
    expect(await Promise.all(all.slice(0, 2))).toEqual([false, true])
    await expect(all[2]).rejects.toThrow(/publishing the dead letter.*WRONGTYPE/)
    expect(told.late).toBe(1)
  })

  it('are told once more, marked as such, when the connection ended before the answer, until the lease has', async () => {
    const { scheduler, settler, runs, answers } = stand()
    const cut = new RedisBusError('disconnected', 'EVALSHA')
    const settled = settler.tell('ack', '1-0')
    await burst()
    answers[0]?.reject(cut)
    await burst()
    expect(runs[1]).toEqual(['0', 'ack!', '1-0', ''])
    scheduler.frame = 1_000
    answers[1]?.reject(cut)
    await expect(settled).rejects.toBe(cut)
  })

  it('are at most five hundred in one step, and idle once all are answered', async () => {
    const { settler, runs, answers } = stand()
    for (let n = 0; n < 700; n += 1) void settler.tell('ack', `${n}-0`)
    await burst()
    let idle = false
    void settler.idle().then(() => (idle = true))
    answers[0]?.resolve([])
    await burst()
    expect([runs.map(([acks]) => acks), idle]).toEqual([['500', '200'], false])
    answers[1]?.resolve([])
    await burst()
    expect(idle).toBe(true)
  })

  it('that nobody will hear of any more came too late', async () => {
    const { settler } = stand()
    const waiting = settler.tell('ack', '1-0')
    settler.close()
    expect(await Promise.all([waiting, settler.tell('ack', '2-0')])).toEqual([false, false])
  })
})
