import { BehaviorSubject, from, lastValueFrom, of, timer, type Observable, type ObservableInput } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'
import { each, promises, subscriptions } from '../support/counted.js'

type Project = (value: number) => ObservableInput<number>

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

const later = (n: number): Promise<number> => Promise.resolve(n)

const through = (project: Project, limit: number | Observable<number> = 16) => (count: number): Promise<number> =>
  lastValueFrom(from(upTo(count)).pipe(scaleMap(project, limit)))

describe('what a value costs in scaleMap', () => {
  it('is one promise beside the one that it was given: nobody can listen for less', async () => {
    expect(await each(promises, through(later))).toBe(2)
  })

  it('is no promise for an array and for an Observable', async () => {
    expect(await each(promises, through((n) => [n]))).toBe(0)
    expect(await each(promises, through((n) => of(n)))).toBe(0)
  })

  it('is one subscription for an Observable, and none for a promise or an array', async () => {
    const inner = (project: Project) => each(subscriptions, through(project))
    expect(await inner((n) => of(n))).toBe(1)
    expect(await inner(later)).toBe(0)
    expect(await inner((n) => [n])).toBe(0)
  })

  it('is the same while it waits, and while the limit moves', async () => {
    const limit$ = new BehaviorSubject(16)
    const moving = each(promises, through((n) => {
      limit$.next(1 + (n % 16))
      return later(n)
    }, limit$))
    expect(await moving).toBe(2)
    expect(await each(promises, through(later, 1))).toBe(2)
    expect(await each(promises, through(later, Infinity))).toBe(2)
  })

  it('is no subscription when the limit moves', async () => {
    const moves = await each(subscriptions, through(later, timer(0, 1)))
    expect(moves).toBe(0)
  })
})
