import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeName, encodeName, epochOf, groupConsumer, isGroupConsumer, listenerConsumer, streamOf, subjectOf, topicOf } from '../../../src/bus/nats/nats-names.js'

const text = () => fc.string({ minLength: 1, unit: fc.constantFrom('a', 'B', '7', '-', '_', '.', '=', '%', '*', '>', ' ', '/', '\\', '\u0000', 'é', '\ud83d', '😀') })

describe('names for NATS', () => {
  it('can be undone, whatever the text', () => {
    fc.assert(fc.property(text(), (name) => decodeName(encodeName(name)) === name))
  })

  it('hold nothing that a stream or consumer may not be called', () => {
    fc.assert(fc.property(text(), (name) => /^[\w=-]+$/.test(encodeName(name))))
  })

  it('are different for different texts', () => {
    fc.assert(fc.property(text(), text(), (a, b) => a === b || (encodeName(a) !== encodeName(b) && subjectOf('p', a) !== subjectOf('p', b) && streamOf('p', a) !== streamOf('p', b))))
  })

  it('keep the dots of a topic in its subject, and no token of it is empty', () => {
    expect(subjectOf('rxcrew', 'orders.eu')).toBe('rxcrew.orders.eu')
    fc.assert(fc.property(text(), (topic) => subjectOf('p', topic).split('.').every((token) => /^[\w=-]+$/.test(token))))
  })

  it('lead back from a subject to its topic, and only for the own prefix', () => {
    fc.assert(fc.property(text(), (topic) => topicOf('p', subjectOf('p', topic)) === topic && topicOf('q', subjectOf('p', topic)) === undefined))
  })

  it('tell groups from listeners, and streams made at different times from each other', () => {
    const [first, second] = ['2026-01-02T03:04:05.678901234Z', '2026-01-02T03:04:05.678901235Z']
    expect([epochOf(first), groupConsumer('g.1', first)]).toEqual(['20260102030405678901234', 'group-g=002e1-20260102030405678901234'])
    expect(groupConsumer('g', first)).not.toBe(groupConsumer('g', second))
    expect([isGroupConsumer(groupConsumer('g', first)), isGroupConsumer(listenerConsumer('g', first))]).toEqual([true, false])
  })
})
