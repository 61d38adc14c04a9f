import type { Follower } from './follow.js'

/** The slots of a group that nobody has: together with those taken as many as it ever had handlers at once that returned promises. */
export type Slots = Slot[]

/**
 * What occupies a worker until the promise of its handler is settled: as little of a promise as `scaleMap` needs. It is
 * used again and again, since its two listeners cost as much as the rest of an attempt: a promise calls one of them,
 * once, and until then the slot is taken.
 */
export class Slot implements PromiseLike<undefined> {
  readonly #free: Slots
  #follower: Follower<unknown> | undefined
  #vacate: ((value: undefined) => unknown) | null | undefined

  constructor(free: Slots) {
    this.#free = free
  }

  /** Tells the follower the end of the result. */
  follow(result: Promise<unknown>, follower: Follower<unknown>): this {
    this.#follower = follower
    result.then(this.#onValue, this.#onError)
    return this
  }

  // eslint-disable-next-line unicorn/no-thenable -- it is awaited by `scaleMap`, and by nobody else
  then<A = undefined, B = never>(onVacated?: ((value: undefined) => A | PromiseLike<A>) | null): PromiseLike<A | B> {
    this.#vacate = onVacated
    return NEVER
  }

  readonly #onValue = (value: unknown): void => {
    const passed = this.#follower?.onValue(value)
    if (passed === undefined) this.#end()
    else passed.then(this.#end)
  }

  readonly #onError = (error: unknown): void => {
    this.#follower?.onError(error)
    this.#end()
  }

  /** It is free before that is told: whoever starts next takes it. */
  readonly #end = (): void => {
    const vacate = this.#vacate
    this.#follower = undefined
    this.#vacate = undefined
    this.#free.push(this)
    vacate?.(undefined)
  }
}

/** Occupies a slot until the result is settled, and tells the follower its end. */
export const occupySlot = (free: Slots, result: Promise<unknown>, follower: Follower<unknown>): Slot =>
  (free.pop() ?? new Slot(free)).follow(result, follower)

const NEVER: Promise<never> = new Promise(() => undefined)
