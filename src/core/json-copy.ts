import { describe } from './describe.js'
import { MessageError } from './message-error.js'

/** Keys by which JSON could reach a prototype: refused where a message is sent, dropped where one is read. */
export const isHostile = (key: string): boolean => key === '__proto__' || key === 'constructor' || key === 'prototype'

// One prototype at most: true of plain objects from another realm as well.
const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * Copies a value as JSON would carry it, and refuses what JSON would change in silence: functions, symbols, bigints,
 * `undefined` in an array, numbers that are not finite, maps, sets and other instances without `toJSON`, cycles. Undefined
 * properties are left out; `toJSON` is honoured, so a Date becomes its text.
 */
export class JsonCopier {
  /** The size as JSON lies between a fifth of this and six times this, in bytes. */
  units = 0
  readonly #maxDepth: number
  readonly #maxUnits: number
  // Indexed by depth and overwritten, never popped: the way to the place of a problem at next to no cost.
  readonly #trail: (string | number)[] = []
  readonly #above: object[] = []

  constructor(maxBytes: number, maxDepth: number) {
    this.#maxDepth = maxDepth
    this.#maxUnits = maxBytes * 5
  }

  copy(value: unknown, key: string | number, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        this.units += value.length + 2
        return value
      case 'number':
        if (!Number.isFinite(value)) return this.#refuse(value, key, depth)
        this.units += 5
        return value
      case 'boolean':
        this.units += 1
        return value
      case 'object':
        this.#trail[depth - 1] = key
        return value === null ? value : this.#object(value, depth)
      default:
        return this.#refuse(value, key, depth)
    }
  }

  #object(value: object, depth: number): unknown {
    // The envelope around it is one level.
    if (depth >= this.#maxDepth) return this.#tooDeep(depth)
    this.#above[depth - 1] = value
    this.units += 2
    // One object may be reached by exponentially many paths: give up once it is certain to be too large.
    if (this.units > this.#maxUnits) return fail(this.#path(depth), 'over the limit on the way there', 'within the size allowed for a message')
    if (Array.isArray(value)) return this.#array(value, depth)
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.copy(value.toJSON(), '', depth + 1)
    return isPlain(value) ? this.#record(value, depth) : this.#refuse(value, this.#trail[depth - 1] ?? '', depth)
  }

  #array(value: readonly unknown[], depth: number): unknown {
    const copied: unknown[] = []
    for (let index = 0; index < value.length; index += 1) {
      this.units += 1
      copied.push(this.copy(value[index], index, depth + 1))
    }
    return copied
  }

  #record(value: Readonly<Record<string, unknown>>, depth: number): unknown {
    const copied: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      const child = value[key]
      if (child === undefined) continue
      if (isHostile(key)) return this.#refuse(child, key, depth + 1, 'left out: such a key does nothing')
      this.units += key.length + 4
      copied[key] = this.copy(child, key, depth + 1)
    }
    return copied
  }

  #tooDeep(depth: number): never {
    const again = this.#above.findIndex((value, at) => this.#above.indexOf(value) < at)
    return again > 0
      ? fail(this.#path(again + 1), 'an object that contains it', 'free of cycles')
      : fail(this.#path(depth), 'deeper', `nested at most ${this.#maxDepth} deep`)
  }

  #refuse(value: unknown, key: string | number, depth: number, expected = 'a value that JSON can carry'): never {
    this.#trail[depth - 1] = key
    return fail(this.#path(depth), shown(value), expected)
  }

  #path(depth: number): string {
    const parts = this.#trail.slice(0, depth).map((key) => (typeof key === 'number' ? `[${key}]` : key && `.${key}`))
    return parts.join('').slice(1)
  }
}

const shown = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `${value}n` : describe(value)
  const made: unknown = value.constructor
  return typeof made === 'function' ? `of class ${made.name}` : 'an object'
}

const fail = (path: string, got: string, expected: string): never => {
  throw new MessageError([{ path, got, expected }])
}

/** Copies what is known to be plain JSON. */
export const copyJson = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson)
  const copied: Record<string, unknown> = { ...value }
  for (const key of Object.keys(copied)) {
    const child = copied[key]
    if (typeof child === 'object') copied[key] = copyJson(child)
  }
  return copied
}
