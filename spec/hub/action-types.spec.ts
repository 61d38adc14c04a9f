import * as t from 'io-ts'
import { describe, expectTypeOf, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { action } from '../../src/hub/action.js'
import type { Either } from 'fp-ts/lib/Either.js'

describe('the types of an action', () => {
  it('follow from its shapes and from what its handler returns', () => {
    const resize = action({
      name: 'resize',
      input: t.type({ width: t.number }),
      handle: async ({ input }) => {
        expectTypeOf(input).toEqualTypeOf<{ width: number }>()
        return `${input.width}px`
      },
    })
    expectTypeOf<(typeof resize)['decode']>().returns.toEqualTypeOf<Either<string, { width: number }> | Promise<Either<string, { width: number }>>>()
    expectTypeOf<NonNullable<typeof resize.types>>().toEqualTypeOf<{ readonly payload: { width: number }; readonly result: string }>()
  })

  it('take the result from the output shape if there is one', () => {
    const count = action({ name: 'count', output: t.number, handle: () => 3 })
    expectTypeOf<NonNullable<typeof count.types>['result']>().toEqualTypeOf<number>()
    expectTypeOf<NonNullable<typeof count.types>['payload']>().toEqualTypeOf<unknown>()
  })

  it('follow the job where it is written down', () => {
    const shoot = action({ name: 'shoot', input: t.string, handle: ({ worker, services }: Job<string, { page: number }, { db: string }>) => `${worker.page}${services.db}` })
    expectTypeOf<(typeof shoot)['handle']>().parameter(0).toEqualTypeOf<Job<string, { page: number }, { db: string }>>()
  })
})
