import { describe, expect, it } from 'vitest'
import { afterEvent, EMPTY_HUB, type HubEvent, type HubState } from '../../src/hub/hub-state.js'

const after = (...events: readonly HubEvent<string>[]): HubState<string> => events.reduce<HubState<string>>(afterEvent, EMPTY_HUB)

describe('the table of a hub', () => {
  it('goes from idle through running and draining to stopped, and never back', () => {
    expect(after().phase).toBe('idle')
    expect(after({ type: 'started' }).phase).toBe('running')
    expect(after({ type: 'started' }, { type: 'ending' }).phase).toBe('draining')
    expect(after({ type: 'ending' }, { type: 'started' }).phase).toBe('draining')
    expect(after({ type: 'ending' }, { type: 'ended' }).phase).toBe('stopped')
    expect(after({ type: 'ended' }, { type: 'ending' }, { type: 'started' }).phase).toBe('stopped')
  })

  it('has groups from when they open until they close', () => {
    const open = after({ type: 'opened', name: 'a', group: 'first' }, { type: 'opened', name: 'b', group: 'second' })
    expect(open.groups).toEqual({ a: 'first', b: 'second' })
    expect(afterEvent(open, { type: 'closed', name: 'a', group: 'first' }).groups).toEqual({ b: 'second' })
  })

  it('keeps a group that took the name of one that closes', () => {
    const state = after({ type: 'opened', name: 'a', group: 'old' }, { type: 'opened', name: 'a', group: 'new' }, { type: 'closed', name: 'a', group: 'old' })
    expect(state.groups).toEqual({ a: 'new' })
  })

  it('leaves the table before as it was, and is the same table when nothing changes', () => {
    const before = after({ type: 'opened', name: 'a', group: 'first' })
    afterEvent(before, { type: 'closed', name: 'a', group: 'first' })
    expect(before.groups).toEqual({ a: 'first' })
    expect(afterEvent(before, { type: 'closed', name: 'z', group: 'first' })).toBe(before)
  })
})
