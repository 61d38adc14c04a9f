import { describe, expect, it } from 'vitest'
import { type Making, whenMade } from '../../../src/bus/nats/nats-made.js'

const UNMADE = { created: '0001-01-01T00:00:00Z' }
const MADE = { created: '2030-05-06T07:08:09.123456789Z' }

/** A server that tells of the moment of creation after so many looks, and the pauses between them. */
const server = (looks: number): Making<{ readonly created: string }> & { readonly pauses: number[] } => {
  const pauses: number[] = []
  return {
    pauses,
    stream: 'rx-t',
    timeoutMs: 50,
    look: async () => (pauses.length < looks ? UNMADE : MADE),
    pause: async (ms) => void pauses.push(ms),
  }
}

describe('a stream that another is just making', () => {
  it('is waited for, so that all members of a group have one name for their consumer', async () => {
    const making = server(3)
    expect(await whenMade(UNMADE, making)).toBe(MADE)
    expect(making.pauses).toEqual([10, 10, 10])
  })

  it('is not looked at again once it is made', async () => {
    const making = server(0)
    expect(await whenMade(MADE, making)).toBe(MADE)
    expect(making.pauses).toEqual([])
  })

  it('is given up after the time limit, so that it is tried anew', async () => {
    const making = server(Infinity)
    await expect(whenMade(UNMADE, making)).rejects.toThrow("natsBus: stream 'rx-t' was still being made after 50 ms")
    expect(making.pauses).toHaveLength(5)
  })

  it('that goes away meanwhile fails as the look does', async () => {
    const gone = { ...server(1), look: () => Promise.reject(new Error('stream not found')) }
    await expect(whenMade(UNMADE, gone)).rejects.toThrow('stream not found')
  })
})
