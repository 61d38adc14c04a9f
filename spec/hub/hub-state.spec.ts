import { describe, expect, it } from 'vitest'
import { afterEvent, type HubEvent, type HubState, IDLE_HUB } from '../../src/hub/hub-state.js'
import { Table } from '../../src/hub/table.js'

const after = (...events: readonly HubEvent[]): HubState => events.reduce<HubState>(afterEvent, IDLE_HUB)

describe('the state of a hub', () => {
  it('goes from idle through running and draining to stopped, and never back', () => {
    expect(after().phase).toBe('idle')
    expect(after('started').phase).toBe('running')
    expect(after('started', 'ending').phase).toBe('draining')
    expect(after('ending', 'started').phase).toBe('draining')
    expect(after('ending', 'ended').phase).toBe('stopped')
    expect(after('ended', 'ending', 'started').phase).toBe('stopped')
  })

  it('leaves the one before as it was, and is the same one when nothing changes', () => {
    const before = after()
    const then = afterEvent(before, 'started')
    expect([before.phase, then.phase]).toEqual(['idle', 'running'])
    expect(afterEvent(then, 'started')).toBe(then)
  })
})

describe('the table of a hub', () => {
  const filled = (...names: readonly string[]): Table<string> => {
    const table = new Table<string>()
    for (const name of names) table.set(name, `the ${name}`)
    return table
  }

  it('has values from when they are set until they are deleted, in the order they came', () => {
    const table = filled('b', 'a')
    expect([table.get('a'), table.get('c'), table.all]).toEqual(['the a', undefined, ['the b', 'the a']])
    table.delete('b', 'the b')
    table.delete('b', 'the b')
    expect(table.all).toEqual(['the a'])
  })

  it('keeps a value that took the name of the one that goes', () => {
    const table = filled('a')
    table.set('a', 'another')
    table.delete('a', 'the a')
    expect(table.all).toEqual(['another'])
  })

  it('leaves its snapshots as they were, and gives the same one while nothing changes', () => {
    const table = filled('a')
    const { all } = table
    table.delete('z', 'the a')
    expect(table.all).toBe(all)
    table.set('b', 'the b')
    table.delete('a', 'the a')
    expect([all, table.all]).toEqual([['the a'], ['the b']])
  })

  it('has nothing that it was not given, whatever the name', () => {
    const table = filled('__proto__')
    expect([table.get('toString'), table.get('__proto__')]).toEqual([undefined, 'the __proto__'])
  })
})
