import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { AckWindow } from '../../../src/bus/rabbitmq/ack-window.js'

describe('an AckWindow', () => {
  it('names a run from the oldest open delivery by its last, and what lies beyond a gap one by one', () => {
    const window = new AckWindow<string>()
    for (const tag of [2, 1, 4]) window.add(tag, `#${tag}`)
    expect(window.take()).toEqual({ upTo: '#2', single: ['#4'] })
    window.add(3, '#3')
    expect(window.take()).toEqual({ upTo: '#3', single: [] })
    window.add(5, '#5')
    expect(window.take()).toEqual({ upTo: '#5', single: [] })
  })

  it('never names what was given back as the end of a run', () => {
    const window = new AckWindow<string>()
    window.add(1, '#1')
    window.skip(2)
    expect(window.take()).toEqual({ upTo: '#1', single: [] })
  })

  // The server's side: it refuses a tag that is not open, and takes everything open up to one that is told so.
  test.prop([fc.array(fc.record({ tag: fc.integer({ min: 1, max: 40 }), how: fc.constantFrom<'add' | 'skip' | 'take'>('add', 'add', 'skip', 'take') }), { maxLength: 120 })])(
    'tells the end of each delivery exactly once, of nothing that is open, whatever the order',
    (steps) => {
      const window = new AckWindow<number>()
      const open = new Set(Array.from({ length: 40 }, (_, index) => index + 1))
      const settled = new Set<number>()
      const take = (): void => {
        const { upTo, single } = window.take()
        const told = upTo === undefined ? [] : [...open].filter((tag) => tag <= upTo)
        if (upTo !== undefined) expect(open.has(upTo)).toBe(true)
        for (const tag of [...told, ...single]) {
          expect([tag, open.delete(tag), settled.has(tag)]).toEqual([tag, true, true])
        }
      }
      for (const { tag, how } of steps) {
        if (how === 'take') take()
        else if (!settled.has(tag)) {
          settled.add(tag)
          if (how === 'add') window.add(tag, tag)
          else {
            window.skip(tag)
            open.delete(tag)
          }
        }
      }
      take()
      expect([...settled].filter((tag) => open.has(tag))).toEqual([])
    },
  )
})
