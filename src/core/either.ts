import type { Either, Left, Right } from 'fp-ts/lib/Either.js'
import type { Option } from 'fp-ts/lib/Option.js'

// fp-ts's own values, written out: its modules for Node cannot be shaken, and cost a browser 6 kB for these lines.

export const right = <A>(value: A): Right<A> => ({ _tag: 'Right', right: value })

export const left = <E>(value: E): Left<E> => ({ _tag: 'Left', left: value })

export const isRight = <E, A>(either: Either<E, A>): either is Right<A> => either._tag === 'Right'

export const isLeft = <E, A>(either: Either<E, A>): either is Left<E> => either._tag === 'Left'

export const fromNullable = <A>(value: A): Option<NonNullable<A>> => (value === undefined || value === null ? { _tag: 'None' } : { _tag: 'Some', value })
