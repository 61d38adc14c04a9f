import fc from 'fast-check'
import { concat, map, mergeMap, NEVER, Observable, of, Subject, throwError, timer, VirtualTimeScheduler, type ObservableInput } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'

/** One inner: what it is made of, when it emits, how it ends, and whether its project throws. */
interface Plan {
  readonly form: 'timed' | 'of' | 'array' | 'throws'
  readonly delays: readonly number[]
  readonly end: 'complete' | 'error' | 'never'
  /** The subscriber puts another value into the source when the first of this inner reaches it. */
  readonly echo: boolean
}

const plan: fc.Arbitrary<Plan> = fc.record({
  form: fc.constantFrom('timed', 'timed', 'timed', 'of', 'array', 'of', 'array', 'throws'),
  delays: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  end: fc.constantFrom('complete', 'complete', 'complete', 'complete', 'complete', 'complete', 'error', 'never'),
  echo: fc.boolean(),
})

const history = fc.record({
  plans: fc.array(plan, { minLength: 1, maxLength: 12 }),
  arrivals: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 }),
  limit: fc.constantFrom(0, 1, 1, 2, 2, 3, 5, Infinity),
  sourceEnd: fc.constantFrom('complete', 'complete', 'complete', 'error', 'never'),
  unsubscribeAt: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
})

type History = typeof history extends fc.Arbitrary<infer H> ? H : never
type Flatten = (project: (n: number, index: number) => ObservableInput<string>, limit: number) => (source$: Observable<number>) => Observable<string>

const innerOf = ({ form, delays, end }: Plan, name: string, scheduler: VirtualTimeScheduler): ObservableInput<string> => {
  const names = delays.map((_, i) => `${name}.${i}`)
  switch (form) {
    case 'throws':
      throw `thrown by ${name}`
    case 'array':
      return names
    case 'of':
      return end === 'error' ? concat(of(...names), throwError(() => `error of ${name}`)) : of(...names)
    case 'timed': {
      const last = end === 'never' ? NEVER : end === 'error' ? throwError(() => `error of ${name}`) : timer(1, scheduler).pipe(map(() => `${name}.last`))
      return concat(...names.map((value, i) => timer(delays[i] ?? 0, scheduler).pipe(map(() => value))), last)
    }
  }
}

const run = (flatten: Flatten, { plans, arrivals, limit, sourceEnd, unsubscribeAt }: History): readonly string[] => {
  const scheduler = new VirtualTimeScheduler()
  const log: string[] = []
  const note = (what: string): void => {
    log.push(`${scheduler.frame} ${what}`)
  }
  const source$ = new Subject<number>()
  let echoes = 0
  const project = (n: number, index: number): ObservableInput<string> => {
    note(`project ${n} as ${index}`)
    const chosen = plans[n % plans.length]
    return chosen === undefined ? [] : innerOf(chosen, String(n), scheduler)
  }
  const subscription = source$.pipe(flatten(project, limit)).subscribe({
    next: (value) => {
      note(value)
      const [n = '', nth] = value.split('.')
      if (nth === '0' && plans[Number(n) % plans.length]?.echo === true && echoes < 20) source$.next(100 + ++echoes)
    },
    error: (error: unknown) => note(`error ${String(error)}`),
    complete: () => note('complete'),
  })
  let at = 0
  arrivals.forEach((gap, n) => scheduler.schedule(() => source$.next(n), (at += gap)))
  if (sourceEnd === 'complete') scheduler.schedule(() => source$.complete(), at + 1)
  if (sourceEnd === 'error') scheduler.schedule(() => source$.error('source'), at + 1)
  if (unsubscribeAt !== undefined) scheduler.schedule(() => subscription.unsubscribe(), unsubscribeAt)
  scheduler.flush()
  note(`observed ${source$.observed}`)
  return log
}

describe('scaleMap and mergeMap', () => {
  it('emit the same in the same order at the same frames, and start the same, for every number', () => {
    fc.assert(
      fc.property(history, (given) => {
        expect(run((project, limit) => scaleMap(project, limit), given)).toEqual(run((project, limit) => mergeMap(project, limit), given))
      }),
      { numRuns: 1_000 },
    )
  })

  it('are the same when the number comes from an Observable', () => {
    fc.assert(
      fc.property(history, (given) => {
        expect(run((project, limit) => scaleMap(project, of(limit)), given)).toEqual(run((project, limit) => mergeMap(project, limit), given))
      }),
      { numRuns: 300 },
    )
  })
})
