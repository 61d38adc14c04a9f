import { Observable, type Subscriber } from 'rxjs'

/** A source whose one subscriber is told directly: a Subject would cost as much for each value as `scaleMap` does. */
export const hot = (): { readonly source$: Observable<number>; readonly send: (value: number) => void } => {
  let subscriber: Subscriber<number> | undefined
  return { source$: new Observable<number>((told) => { subscriber = told }), send: (value) => subscriber?.next(value) }
}
