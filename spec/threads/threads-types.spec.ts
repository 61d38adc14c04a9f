import type { MessagePort } from 'node:worker_threads'
import * as t from 'io-ts'
import { describe, expectTypeOf, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { BatchJob } from '../../src/group/batch-job.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { action } from '../../src/hub/action.js'
import { move } from '../../src/threads/move.js'
import type { Thread, ThreadFunction, ThreadInput, ThreadOutput } from '../../src/threads/thread.js'
import { threads } from '../../src/threads/threads.js'
import { type Work, WORK } from './thread-count.js'

const work = threads<Work>({ filename: WORK })

describe('the types of threads', () => {
  it('come from the type of their module', () => {
    expectTypeOf<ThreadFunction<Work>>().exclude<'double' | 'later' | 'nothing' | 'sum' | 'spin'>().extract<'constant' | 'twoArguments'>().toBeNever()
    expectTypeOf<ThreadInput<Work, 'double'>>().toEqualTypeOf<number>()
    expectTypeOf<ThreadInput<Work, 'forever'>>().toEqualTypeOf<MessagePort>()
    expectTypeOf<ThreadInput<Work, 'nothing'>>().toBeUnknown()
    expectTypeOf<ThreadOutput<Work, 'double'>>().toEqualTypeOf<number>()
    expectTypeOf<ThreadOutput<Work, 'later'>>().toEqualTypeOf<number>()
  })

  it('reach the group, without a word about them', () => {
    const later = workerGroup({ worker: work.worker, action: work.handler('later') })
    expectTypeOf(later).toEqualTypeOf<WorkerGroup<number, number>>()
    const sum = workerGroup({ worker: { ...work.worker, recycleAfter: 10 }, action: work.handler('sum', { transfer: ({ buffer }) => [buffer] }) })
    expectTypeOf(sum).toEqualTypeOf<WorkerGroup<Uint8Array, number>>()
  })

  it('refuse what the module does not have', () => {
    // @ts-expect-error -- no function of that name
    work.handler('triple')
    // @ts-expect-error -- not a function
    work.handler('constant')
    // @ts-expect-error -- an item is one argument
    work.handler('twoArguments')
    // @ts-expect-error -- its workers have no threads
    workerGroup({ worker: { acquire: () => 1 }, action: work.handler('double') })
  })

  it('of a handler of the user\'s own follow its thread', () => {
    const own = workerGroup({ worker: work.worker, action: async ({ input, worker, signal }: Job<string, Thread<Work>>) => {
      // @ts-expect-error -- a string is not doubled
      void worker.run('double', input, { signal }).catch(() => undefined)
      return [await worker.run('double', input.length, { signal })]
    } })
    expectTypeOf(own).toEqualTypeOf<WorkerGroup<string, number[]>>()
    const batch = workerGroup({ worker: work.worker, batch: { max: 2, maxWaitMs: 1 }, action: async ({ inputs, worker }: BatchJob<number, number, Thread<Work>>) =>
      Promise.all(inputs.map((input) => worker.run('double', input))) })
    expectTypeOf(batch).toEqualTypeOf<WorkerGroup<number, number>>()
  })

  it('fit an action of a hub', () => {
    const double = action({ name: 'double', input: t.number, output: t.number, handle: work.handler('double') })
    expectTypeOf(workerGroup({ worker: work.worker, action: double })).toEqualTypeOf<WorkerGroup<number, number>>()
    // @ts-expect-error -- strings are not doubled
    action({ name: 'double', input: t.string, handle: work.handler('double') })
  })

  it('are open where nothing is said of the module', () => {
    const open = threads({ filename: WORK })
    expectTypeOf(workerGroup({ worker: open.worker, action: open.handler('whatever') })).toEqualTypeOf<WorkerGroup>()
  })

  it('of what is moved stay', () => {
    expectTypeOf(move({ bytes: new Uint8Array(1) }, [])).toEqualTypeOf<{ bytes: Uint8Array<ArrayBuffer> }>()
  })
})
