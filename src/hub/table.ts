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

  /** False, and nothing happens, unless the name has a value, and this one if it is said: another may have taken the name. */
  delete(name: string, value: T | undefined = this.#byName.get(name)): boolean {
    if (this.#byName.get(name) !== value || !this.#byName.delete(name)) return false
    this.#all = undefined
    return true
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** A snapshot, made when it is asked for: the same one as before unless something has changed. */
  get all(): readonly T[] {
    return (this.#all ??= [...this.#byName.values()])
  }

  /** The same by name. */
  get record(): Readonly<Record<string, T>> {
    return Object.fromEntries(this.#byName)
  }
}
