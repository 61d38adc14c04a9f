import type { StandardSchemaV1 } from '@standard-schema/spec'
import { left, right } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { Observable, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { action, OutputError } from '../../src/hub/action.js'
import { fromTaskEither, LeftError } from '../../src/hub/from-task-either.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { VirtualTime } from '../support/virtual-time.js'
import { untyped } from './hub-stand.js'

const handle = (): number => 0

const size = t.type({ width: t.number, unit: t.union([t.literal('px'), t.literal('mm')]) }, 'a size')

/** A validator of no library: `{ id }` with a number in it. */
const withId: StandardSchemaV1<{ id: string }, { id: number }> = {
  '~standard': {
    version: 1,
    vendor: 'spec',
    validate: (value) => {
      const id = typeof value === 'object' && value !== null && 'id' in value ? Number(value.id) : Number.NaN
      return Number.isNaN(id) ? { issues: [{ message: 'a number is needed', path: ['id'] }, { message: 'nothing else helps' }] } : { value: { id } }
    },
  },
}

const schema = (validate: StandardSchemaV1<unknown, unknown>['~standard']['validate']): StandardSchemaV1<unknown, unknown> => ({
  '~standard': { version: 1, vendor: 'spec', validate },
})

describe('what comes in', () => {
  it('reaches the handler as it is when no shape is given', () => {
    expect(action({ name: 'any', handle }).decode({ a: 1 })).toEqual(right({ a: 1 }))
  })

  it('is decoded by an io-ts type', () => {
    expect(action({ name: 'resize', input: size, handle }).decode({ width: 3, unit: 'px' })).toEqual(right({ width: 3, unit: 'px' }))
  })

  it('is told with every problem, its place, what would be right and what came', () => {
    expect(action({ name: 'resize', input: size, handle }).decode({ width: '3', unit: 'pt' })).toEqual(
      left('width should be number, but is "3"; unit should be "px" or "mm", but is "pt"'),
    )
    expect(action({ name: 'resize', input: size, handle }).decode({ unit: 'px' })).toEqual(left('width should be number, but is missing'))
    expect(action({ name: 'resize', input: size, handle }).decode(7)).toEqual(left('the input should be a size, but is 7'))
  })

  it('is told with a path through arrays and intersections', () => {
    const input = t.type({ list: t.array(t.intersection([t.type({ a: t.string }), t.type({ b: t.string })])) })
    expect(action({ name: 'list', input, handle }).decode({ list: [{ a: 'x', b: 1 }] })).toEqual(left('list.0.b should be string, but is 1'))
  })

  it('is decoded by a Standard Schema validator, or told with each of its issues', () => {
    const find = action({ name: 'find', input: withId, handle })
    expect(find.decode({ id: '7' })).toEqual(right({ id: 7 }))
    expect(find.decode({ id: 'x' })).toEqual(left('id: a number is needed, but is "x"; the input: nothing else helps, but is {"id":"x"}'))
  })

  it('is waited for when the validator is a promise', async () => {
    const input = schema(async (value) => (value === 1 ? { value: 'one' } : { issues: [{ message: 'no', path: [{ key: 'a' }, 'b'] }] }))
    expect(await action({ name: 'later', input, handle }).decode(1)).toEqual(right('one'))
    expect(await action({ name: 'later', input, handle }).decode({ a: { b: 2 } })).toEqual(left('a.b: no, but is 2'))
  })

  it('is told, not thrown, when the validator itself throws or rejects', async () => {
    const throws = schema(() => { throw new Error('broken') })
    const rejects = schema(() => Promise.reject(new Error('broken')))
    const told = left('the validator of the input failed: Error: broken')
    expect(action({ name: 'bad', input: throws, handle }).decode(1)).toEqual(told)
    expect(await action({ name: 'bad', input: rejects, handle }).decode(1)).toEqual(told)
    const thrower = new t.Type<number>('thrower', t.number.is, () => { throw new Error('broken') }, t.identity)
    expect(action({ name: 'bad', input: thrower, handle }).decode(1)).toEqual(told)
  })
})

describe('what goes out', () => {
  const answering = (result: unknown) => workerGroup({ action: action({ name: 'out', output: t.array(t.number), handle: () => untyped(result) }) })

  it.each([
    ['a value', [1, 2]],
    ['a promise', Promise.resolve([1, 2])],
    ['an Observable, by its last value', of([1], [1, 2])],
    ['an async iterable, by its last value', (async function* () { yield [1]; yield [1, 2] })()],
  ])('is checked when it is %s', async (_what, result) => {
    expect(await answering(result).submit(undefined)).toEqual([1, 2])
  })

  it.each([
    ['a value', [1, 'b']],
    ['a promise', Promise.resolve([1, 'b'])],
    ['an Observable', of([1, 'b'])],
    ['an async iterable', (async function* () { yield [1, 'b'] })()],
  ])('fails the attempt when it is %s of another shape', async (_what, result) => {
    await expect(answering(result).submit(undefined)).rejects.toThrow(new OutputError('out: 1 should be number, but is "b"'))
  })

  it('is what a Standard Schema validator makes of it', async () => {
    const output = schema(async (value) => ({ value: `<${String(value)}>` }))
    expect(await workerGroup({ action: action({ name: 'out', output, handle: () => 1 }) }).submit(undefined)).toBe('<1>')
  })

  it('stays an Observable, so that it can be cut', async () => {
    const clock = new VirtualTime()
    let cut = false
    const slow = new Observable<number>(() => () => { cut = true })
    const group = workerGroup({ action: action({ name: 'out', output: t.number, handle: () => slow }), timeoutMs: 10, scheduler: clock })
    const submitted = expect(group.submit(undefined)).rejects.toThrow('timedOut')
    await clock.advance(10)
    await submitted
    expect(cut).toBe(true)
  })

  it('is refused when it is what a type decodes from, and not what it decodes to', async () => {
    const date = new t.Type<Date, string>('a date', (value): value is Date => value instanceof Date, (value) => t.success(new Date(String(value))), String)
    const group = workerGroup({ action: action({ name: 'when', output: date, handle: () => untyped('2020-01-01') }) })
    await expect(group.submit(undefined)).rejects.toThrow('when: the output should be a date, decoded, but is "2020-01-01"')
  })
})

describe('action', () => {
  it('refuses wrong options, all of them at once', () => {
    expect(() => action({ name: '', input: untyped(3), handle })).toThrow(OptionsError)
    expect(() => action({ name: 'a', input: untyped(3), handle })).toThrow('action: input should be an io-ts type or a Standard Schema validator, but is 3')
  })
})

describe('fromTaskEither', () => {
  it('resolves to the right', async () => {
    expect(await fromTaskEither(async () => right(3))).toBe(3)
  })

  it('rejects with the left, as it is if it is an Error', async () => {
    const error = new RangeError('far')
    await expect(fromTaskEither(async () => left(error))).rejects.toBe(error)
    await expect(fromTaskEither(async () => left({ code: 7 }))).rejects.toMatchObject({ name: 'LeftError', message: '{"code":7}', left: { code: 7 } })
    await expect(fromTaskEither(async () => left('no'))).rejects.toBeInstanceOf(LeftError)
  })

  it('is the result of an action', async () => {
    const group = workerGroup({ action: action({ name: 'half', input: t.number, handle: ({ input }) => fromTaskEither(async () => right(input / 2)) }) })
    expect(await group.submit(8)).toBe(4)
  })
})
