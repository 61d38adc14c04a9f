import { describe, expect, it } from 'vitest'
import { accountOf } from './account.js'
import type { Entry } from './journal.js'

const entry = (id: string, what: Entry['what'], atMs: number, pid = 1): Entry => ({ id, what, atMs, pid, attempt: 1 })
const handled = (id: string, atMs: number, pid = 1): readonly Entry[] => [entry(id, 'start', atMs, pid), entry(id, 'end', atMs + 10, pid)]

describe('the account of a fault', () => {
  it('counts what was handled once, again, not at all, and what is dead', () => {
    const entries = [...handled('a', 0), ...handled('b', 0), ...handled('b', 20), entry('c', 'start', 0), entry('d', 'failed', 0)]
    expect(accountOf(['a', 'b', 'c', 'd'], entries, new Set(['d']))).toEqual({ sent: 4, once: 1, again: 1, lost: 1, overlapping: [] })
  })

  it('finds two handlings of one id at the same time', () => {
    expect(accountOf(['a', 'b'], [...handled('a', 0, 1), ...handled('b', 0, 1), ...handled('a', 5, 2)]).overlapping).toEqual(['a'])
  })

  it('takes a process that was killed for one that handles nothing from then on', () => {
    const entries = [entry('a', 'start', 0, 1), ...handled('a', 50, 2)]
    expect(accountOf(['a'], entries, undefined, new Map([[1, 40]])).overlapping).toEqual([])
    expect(accountOf(['a'], entries, undefined, new Map([[1, 60]])).overlapping).toEqual(['a'])
  })
})
