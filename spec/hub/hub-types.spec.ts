import * as t from 'io-ts'
import { describe, expectTypeOf, it } from 'vitest'
import { memoryBus } from '../../src/bus/memory-bus.js'
import type { Action } from '../../src/core/action.js'
import type { Job } from '../../src/core/job.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { action } from '../../src/hub/action.js'
import { actionHub } from '../../src/hub/action-hub.js'
import { actions } from '../../src/hub/registry.js'
import { template } from '../../src/hub/template.js'

interface Services { readonly db: { find(id: number): string } }

const resize = action({ name: 'resize', input: t.type({ width: t.number }), handle: async ({ input }) => `${input.width}` })
const find = action({ name: 'find', input: t.number, handle: ({ input, services }: Job<number, undefined, Services>) => services.db.find(input) })
const mail = template({ name: 'mail', topic: 'post', action: resize })
const byHand: Action<string, boolean> = { name: 'hand', decode: (payload) => ({ _tag: 'Right', right: String(payload) }), handle: () => true }

const table = actions({ resize, find, mail, byHand })
const hub = actionHub({ bus: memoryBus(), actions: table, services: { db: { find: (id: number) => `${id}` } } })
const plain = actionHub({ bus: memoryBus() })

/** Never called: only its types are of interest. */
const typed = () => ({
  resized: hub.request('resize', { width: 3 }),
  found: hub.request('find', 3),
  mailed: hub.request('mail', { width: 3 }),
  made: hub.request('byHand', 'x'),
  unknown: hub.request('elsewhere', { any: 'thing' }),
  fromRegistry: hub.do('resize', { workers: { max: 3 } }),
  given: plain.do('given', { action: (job: Job<number>) => `${job.input}` }),
  shaped: plain.do('shaped', { action: resize }),
  batch: plain.do('batch', { batch: { max: 3, maxWaitMs: 5 }, action: (job) => job.inputs.map(String) }),
  served: hub.do('served', { action: (job) => job.services.db.find(3) }),
  worked: plain.do('worked', { worker: { acquire: () => ({ page: 1 }) }, action: (job) => job.worker.page }),
})

type Typed = ReturnType<typeof typed>

describe('the types of a hub', () => {
  it('tell what an action answers, and are unknown for a name the registry does not have', () => {
    expectTypeOf<Typed['resized']>().toEqualTypeOf<Promise<string>>()
    expectTypeOf<Typed['found']>().toEqualTypeOf<Promise<string>>()
    expectTypeOf<Typed['mailed']>().toEqualTypeOf<Promise<string>>()
    expectTypeOf<Typed['made']>().toEqualTypeOf<Promise<boolean>>()
    expectTypeOf<Typed['unknown']>().toEqualTypeOf<Promise<unknown>>()
  })

  it('refuse a payload that the action does not take', () => {
    const refused = () => {
      // @ts-expect-error: a number is no size
      void hub.request('resize', 3)
      // @ts-expect-error: a text is no number
      void hub.send('find', '3')
      // @ts-expect-error: nor for a template
      void hub.send('mail', {})
    }
    expectTypeOf(refused).returns.toBeVoid()
  })

  it('tell what a group takes and gives', () => {
    expectTypeOf<Typed['fromRegistry']>().toEqualTypeOf<WorkerGroup<{ width: number }, string>>()
    expectTypeOf<Typed['given']>().toEqualTypeOf<WorkerGroup<number, string>>()
    expectTypeOf<Typed['shaped']>().toEqualTypeOf<WorkerGroup<{ width: number }, string>>()
    expectTypeOf<Typed['served']>().toEqualTypeOf<WorkerGroup<unknown, string>>()
    expectTypeOf<Typed['worked']>().toEqualTypeOf<WorkerGroup<unknown, number>>()
    expectTypeOf<Typed['batch']>().toExtend<WorkerGroup>()
  })

  it('know what was registered later', () => {
    const wider = table.register('later', action({ name: 'later', input: t.boolean, handle: () => 7 }))
    const later = () => actionHub({ bus: memoryBus(), actions: wider }).request('later', true)
    expectTypeOf(later).returns.toEqualTypeOf<Promise<number>>()
    table.delete('later')
  })
})
