import { BehaviorSubject, from, mergeMap, type ObservableInput, type OperatorFunction } from 'rxjs'
import { scaleMap } from 'rxcrew'
import type { Contender, Contenders, Handler } from '../contender.js'
import { hot } from '../hot.js'

type Make = (project: (message: number) => ObservableInput<number>, atOnce: number) => OperatorFunction<number, number>

/** What comes at once is given as an array: for both operators the cheapest of their inputs. */
const projected = ({ kind, call }: Handler): ((message: number) => ObservableInput<number>) =>
  kind === 'sync' ? (message) => [call(message)] : call

const operator = (idiom: string, make: Make): Contender => ({
  idiom,
  push: ({ handler, atOnce, tell }) => {
    const { source$, send } = hot()
    source$.pipe(make(projected(handler), atOnce)).subscribe(tell)
    return { send }
  },
  all: ({ handler, atOnce, tell }, messages) => from(messages).pipe(make(projected(handler), atOnce)).subscribe(tell),
  pull: ({ handler, atOnce, tell }, messages) => from(messages).pipe(make(projected(handler), atOnce)).subscribe(tell),
})

/** A limit that changes between all and one fewer. */
const moving = (everyMs: number): Contender => ({
  idiom: `a limit that changes by one every ${everyMs} ms`,
  push: ({ handler, atOnce, tell }) => {
    const { source$, send } = hot()
    const limit$ = new BehaviorSubject(atOnce)
    const timer = setInterval(() => limit$.next(limit$.value === atOnce ? atOnce - 1 : atOnce), everyMs)
    source$.pipe(scaleMap(projected(handler), limit$)).subscribe(tell)
    return { send, close: () => clearInterval(timer) }
  },
})

export const contenders: Contenders = {
  scaleMap: operator('source$.pipe(scaleMap(handler, n))', scaleMap),
  'scaleMap, limit$ at rest': operator('source$.pipe(scaleMap(handler, limit$))', (project, atOnce) => scaleMap(project, new BehaviorSubject(atOnce))),
  'scaleMap, limit$ moving': moving(1),
  mergeMap: operator('source$.pipe(mergeMap(handler, n)) of rxjs', (project, atOnce) => mergeMap(project, atOnce)),
}
