import { describe, expect, it } from 'vitest'
import { causesOf, deadLetterMessage, deadLetterOf, original } from '../../src/bus/dead-letter.js'
import { createMessage } from '../../src/core/create-message.js'

const message = createMessage({ a: 1 }, { id: 'm', topic: 't', sentAtMs: 3, key: 'k', headers: { h: '1' } })
const known = { reason: 'no', attempts: 2, firstAtMs: 5, lastAtMs: 9 }

describe('the causes of a death', () => {
  it('go from the outermost inwards, one line each', () => {
    const cause = new RangeError('out\nof range', { cause: new Error('in', { cause: { code: 7 } }) })
    expect(causesOf(cause)).toEqual(['RangeError: out', 'Error: in', '{"code":7}'])
  })

  it('are none where none was told, and end where they go round in a circle', () => {
    const circular = new Error('a')
    circular.cause = new Error('b', { cause: circular })
    expect([causesOf(undefined), causesOf(circular)]).toEqual([[], ['Error: a', 'Error: b']])
  })

  it('are at most sixteen', () => {
    let cause: unknown = 'root'
    for (let depth = 0; depth < 100; depth += 1) cause = new Error(String(depth), { cause })
    expect(causesOf(cause).length).toBe(16)
  })
})

describe('a dead letter', () => {
  it('is a message on the dead-letter topic, sent at the last moment, and tells what was known', () => {
    const letter = deadLetterMessage({ ...known, id: 'd', topic: 't', message, cause: new Error('x') })
    expect(letter).toEqual({ id: 'd', topic: 't.dead', sentAtMs: 9, headers: {}, payload: { ...known, message, causes: ['Error: x'] } })
  })

  it('is read from such a message, and gives back the first message for its topic', () => {
    const letter = deadLetterOf(deadLetterMessage({ ...known, id: 'd', topic: 't', message }))
    expect(letter).toEqual({ ...known, message, causes: [] })
    expect(letter && original(letter, 'elsewhere')).toEqual({ ...message, topic: 'elsewhere' })
  })

  it('has no message to give back if none ever decoded', () => {
    const letter = deadLetterOf(deadLetterMessage({ ...known, id: 'd', topic: 't', message: { reason: 'bad', raw: '{' } }))
    expect(letter?.message).toEqual({ reason: 'bad', raw: '{' })
    expect(letter && original(letter, 't')).toBeUndefined()
  })

  it('is not what merely lies on its topic', () => {
    expect(deadLetterOf(message)).toBeUndefined()
  })
})
