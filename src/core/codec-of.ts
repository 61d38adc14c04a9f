import * as t from 'io-ts'
import type { Check } from './options.js'

/** A check as an io-ts codec, for shapes that are composed of several; what it finds right stays as it is. */
export const codecOf = <A>({ name, is }: Check<A>): t.Type<A> =>
  new t.Type(name, is, (value, context) => (is(value) ? t.success(value) : t.failure(value, context)), t.identity)
