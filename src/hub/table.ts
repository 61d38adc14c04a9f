/** Values by their names, in the order they came: one more, or one less, costs the same however many there are. */
export class Table<T> {
  readonly #byName = new Map<string, T>()
  #all: readonly T[] | undefined

  get(name: string): T | undefined {
    return this.#byName.get(name)
  }

  set(name: string, value: T): void {
    this.#byName.set(name, value)
    this.#all = undefined
  }

  /** Nothing happens if another has taken the name. */
  delete(name: string, value: T): void {
    if (this.#byName.get(name) !== value) return
    this.#byName.delete(name)
    this.#all = undefined
  }

  /** A snapshot, made when it is asked for: the same one as before unless something has changed. */
  get all(): readonly T[] {
    return (this.#all ??= [...this.#byName.values()])
  }
}
