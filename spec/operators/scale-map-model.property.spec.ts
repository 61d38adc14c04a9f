import fc from 'fast-check'
import { EMPTY, of, Subject, throwError, type ObservableInput } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'
import { PlainModel, type Deed, type Kind } from './plain-model.js'

const aLimit = fc.constantFrom(0, 1, 1, 2, 2, 3, 4, 8, Infinity)
const nth = fc.nat(7)

const kind: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constantFrom('open', 'open', 'open', 'array', 'of', 'empty', 'feeds') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('moves'), limit: aLimit }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('fails', 'throws') }) },
)

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant('next'), kind }) },
  { weight: 10, arbitrary: fc.record({ type: fc.constantFrom('emit', 'completeInner', 'completeInner', 'completeInner'), nth }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('limit'), limit: aLimit }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('completeSource', 'completeSource', 'completeLimit', 'failSource', 'failLimit', 'unsubscribe') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('failInner'), nth }) },
)

interface Value {
  readonly id: number
  readonly kind: Kind
}

/** The operator under the same deeds, keeping the same log; inners are numbered as they arrive. */
class Subjected {
  readonly log: string[] = []
  readonly open = new Map<number, Subject<string>>()
  readonly source$ = new Subject<Value>()
  readonly limit$ = new Subject<number>()
  #ids = 0
  readonly subscription = this.source$.pipe(scaleMap((value) => this.#project(value), this.limit$)).subscribe({
    next: (line) => this.log.push(line),
    error: (error: unknown) => this.log.push(`error ${error instanceof Error ? error.name : String(error)}`),
    complete: () => this.log.push('complete'),
  })

  next(what: Kind): void {
    if (this.source$.observed) this.source$.next({ id: this.#ids++, kind: what })
  }

  #project({ id, kind: what }: Value): ObservableInput<string> {
    this.log.push(`${id} starts`)
    const line = `${id} emits`
    switch (what.type) {
      case 'array':
        return [line]
      case 'of':
        return of(line)
      case 'empty':
        return EMPTY
      case 'throws':
        throw id
      case 'fails':
        return throwError(() => id)
      case 'feeds':
        this.next({ type: 'open' })
        return of(line)
      case 'moves':
        this.limit$.next(what.limit)
        return this.#opened(id)
      case 'open':
        return this.#opened(id)
    }
  }

  #opened(id: number): Subject<string> {
    const inner$ = new Subject<string>()
    this.open.set(id, inner$)
    return inner$
  }
}

const apply = (given: Deed, model: PlainModel, real: Subjected): void => {
  switch (given.type) {
    case 'next':
      model.next(given.kind)
      return real.next(given.kind)
    case 'limit':
      model.setLimit(given.limit)
      return real.limit$.next(given.limit)
    case 'completeLimit':
      model.completeLimit()
      return real.limit$.complete()
    case 'failLimit':
      if (real.limit$.observed) model.end('error limit')
      return real.limit$.error('limit')
    case 'completeSource':
      model.completeSource()
      return real.source$.complete()
    case 'failSource':
      if (real.source$.observed) model.end('error source')
      return real.source$.error('source')
    case 'unsubscribe':
      model.end()
      return real.subscription.unsubscribe()
    default:
      return applyToInner(given, model, real)
  }
}

const applyToInner = ({ type, nth: n }: Extract<Deed, { nth: number }>, model: PlainModel, real: Subjected): void => {
  const item = model.open[n % Math.max(1, model.open.length)]
  if (item === undefined) return
  const inner$ = real.open.get(item.id)
  if (type === 'emit') {
    model.emit(item)
    inner$?.next(`${item.id} emits`)
  } else if (type === 'completeInner') {
    model.completeInner(item)
    inner$?.complete()
  } else {
    model.end(`error ${item.id}`)
    inner$?.error(item.id)
  }
}

const observedOf = ({ open }: Subjected): number[] => [...open].filter(([, inner$]) => inner$.observed).map(([id]) => id)

describe('scaleMap under any history', () => {
  it('does what the plain model does, step by step', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const model = new PlainModel()
        const real = new Subjected()
        for (const given of deeds) {
          apply(given, model, real)
          expect(real.log).toEqual(model.log)
          expect(observedOf(real).toSorted((a, b) => a - b)).toEqual(model.open.map(({ id }) => id).toSorted((a, b) => a - b))
          if (model.ended) expect([real.source$.observed, real.limit$.observed]).toEqual([false, false])
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('never runs more than the limit, or than ran when it fell; leaves no room unused; starts in order of arrival', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const limits: number[] = [0]
        const started: number[] = []
        const running$ = new Map<number, Subject<never>>()
        const source$ = new Subject<number>()
        const limit$ = new Subject<number>()
        source$.pipe(scaleMap((id) => {
          started.push(id)
          const inner$ = new Subject<never>()
          running$.set(id, inner$)
          return inner$
        }, limit$)).subscribe()
        let arrived = 0
        let most = 0
        for (const given of deeds) {
          if (given.type === 'next') source$.next(arrived++)
          if (given.type === 'limit') {
            limits.push(given.limit)
            most = Math.max(given.limit, running$.size)
            limit$.next(given.limit)
          }
          if (given.type === 'completeInner') {
            const [id, inner$] = [...running$][given.nth] ?? []
            if (id === undefined) continue
            running$.delete(id)
            inner$?.complete()
          }
          const limit = limits.at(-1) ?? 0
          expect(running$.size).toBeLessThanOrEqual(most)
          expect(running$.size >= limit || started.length === arrived).toBe(true)
          expect(started).toEqual(started.map((_, i) => i))
        }
      }),
      { numRuns: 300 },
    )
  })
})
