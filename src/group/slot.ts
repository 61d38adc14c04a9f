/** What occupies a worker until its handler is over: as little of a promise as `scaleMap` needs. */
export class Slot implements PromiseLike<undefined> {
  #vacate: ((value: undefined) => unknown) | null | undefined

  // eslint-disable-next-line unicorn/no-thenable -- it is awaited by `scaleMap`, and by nobody else
  then<A = undefined, B = never>(onVacated?: ((value: undefined) => A | PromiseLike<A>) | null): PromiseLike<A | B> {
    this.#vacate = onVacated
    return NEVER
  }

  end(): void {
    this.#vacate?.(undefined)
  }
}

const NEVER: Promise<never> = new Promise(() => undefined)
