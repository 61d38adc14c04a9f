import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { action } from '../../src/hub/action.js'
import { actions } from '../../src/hub/registry.js'
import { template } from '../../src/hub/template.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { stand } from './hub-stand.js'

const STRATEGIES = { resume, restartOne, restartAll, stopAndEscalate } as const

/** What a handler does with a message: how long it takes, and whether it fails. */
const tasks = fc.array(fc.record({ gapMs: fc.nat(200), takesMs: fc.nat(400), fails: fc.boolean() }), { minLength: 1, maxLength: 30 })

describe('whatever fails, and whenever the hub ends', () => {
  test.prop([tasks, fc.constantFrom(...Object.values(STRATEGIES)), fc.integer({ min: 1, max: 4 }), fc.nat(5_000), fc.nat(500)], { numRuns: 60 })(
    'every message is acknowledged, a dead letter, or back on the bus, and handled once if acknowledged',
    async (list, strategy, max, endAtMs, deadlineMs) => {
      const handled = new Map<number, number>()
      const work = template({
        name: 'work',
        options: { workers: { min: 1, max }, supervision: strategy(), drain: { graceMs: 10 } },
        action: action({
          name: 'work',
          handle: ({ message, signal }: Job) => new Promise<void>((resolve, reject) => {
            const index = Number(message.payload)
            signal.addEventListener('abort', () => reject(new Error('aborted')))
            clock.schedule(() => {
              if (list[index]?.fails === true) return reject(new Error('no'))
              if (!signal.aborted) handled.set(index, (handled.get(index) ?? 0) + 1)
              resolve()
            }, list[index]?.takesMs)
          }),
        }),
      })
      const { clock, hub, bus, publish } = stand({ actions: actions({ work }) }, { maxAttempts: Number.POSITIVE_INFINITY })
      hub.start()
      let at = 0
      for (const [index, { gapMs }] of list.entries()) {
        at += gapMs
        clock.schedule(() => void publish('work', index), at)
      }
      clock.schedule(() => void hub.drain({ deadlineMs }), endAtMs)
      await clock.runUntil(Math.max(at, endAtMs) + 10_000)
      await hub.wait()
      const { acked, dead, waiting, unsettled, retrying } = bus.counts('work', 'work')
      expect({ total: acked + dead + waiting, unsettled, retrying }).toEqual({ total: list.length, unsettled: 0, retrying: 0 })
      expect([...handled.values()].every((times) => times === 1)).toBe(true)
      expect(handled.size).toBe(acked)
      expect(dead).toBeLessThanOrEqual(list.filter(({ fails }) => fails).length)
    },
  )
})
