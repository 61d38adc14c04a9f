import { describe, expect, it } from 'vitest'
import { purgesWell, trim, type TrimmedStreams } from '../../../src/bus/nats/nats-trim.js'

describe('a partial purge', () => {
  it.each(['2.9.15', '2.9.25', '2.10.0', '2.10.1-beta.1', '3.0.0'])('is trusted from server %s on', (version) => {
    expect(purgesWell(version)).toBe(true)
  })

  it.each(['2.9.10', '2.9.14', '2.8.99', '1.10.20', '', undefined, 'unknown'])('is not trusted with server %s', (version) => {
    expect(purgesWell(version)).toBe(false)
  })
})

/** A stream whose messages are numbered from 1 to `last`, and what was done to it. */
const server = (last: number, created = (): string => 'then'): { readonly streams: TrimmedStreams; readonly calls: string[]; deleted(): readonly number[] } => {
  const left = new Set(Array.from({ length: last }, (_, index) => index + 1))
  const calls: string[] = []
  const gone: number[] = []
  const info = async (): ReturnType<TrimmedStreams['info']> => {
    const first = Math.min(...left, last + 1)
    const state = { messages: left.size, bytes: 0, first_seq: first, first_ts: '', last_seq: last, last_ts: '', consumer_count: 1 }
    const answer: unknown = { created: created(), state }
    return isInfo(answer) ? answer : Promise.reject(new Error('no answer'))
  }
  return {
    calls,
    deleted: () => gone,
    streams: {
      info,
      purge: async (_, options) => {
        calls.push(`purge ${JSON.stringify(options)}`)
        return { success: true, purged: 0 }
      },
      deleteMessage: async (_, sequence) => {
        gone.push(sequence)
        return left.delete(sequence)
      },
    },
  }
}

const isInfo = (value: unknown): value is Awaited<ReturnType<TrimmedStreams['info']>> => typeof value === 'object' && value !== null && 'state' in value

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('trimming a stream', () => {
  it('is one purge where that is safe', async () => {
    const { streams, calls, deleted } = server(10)
    await trim(streams, 's', 5, '2.10.0', () => true)
    expect([calls, deleted()]).toEqual([['purge {"seq":5}'], []])
  })

  it('deletes one by one where it is not, and nothing from the kept one on', async () => {
    const { streams, calls, deleted } = server(2_000)
    await trim(streams, 's', 1_201, '2.9.10', () => true)
    expect([calls, deleted()]).toEqual([[], upTo(1_200)])
  })

  it('stops when it is not wanted any more, and when the stream is another', async () => {
    const stopped = server(2_000)
    await trim(stopped.streams, 's', 1_201, '2.9.10', () => stopped.deleted().length < 500)
    expect(stopped.deleted()).toEqual(upTo(500))
    const other = server(2_000, () => (other.deleted().length === 0 ? 'then' : 'now'))
    await trim(other.streams, 's', 1_201, '2.9.10', () => true)
    expect(other.deleted()).toEqual(upTo(500))
  })

  it('ends when nothing can be deleted', async () => {
    const { streams } = server(10)
    let tries = 0
    const deleteMessage = async (): Promise<boolean> => {
      tries += 1
      throw new Error('no right')
    }
    await trim({ ...streams, deleteMessage }, 's', 5, '2.9.10', () => true)
    expect(tries).toBe(4)
  })
})
