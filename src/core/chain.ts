/** An object that may be a link of one chain: it carries its neighbours itself. */
export interface Link<T> {
  before: T | undefined
  after: T | undefined
}

/**
 * A set of objects in order of arrival, each in one chain at most. Adding and deleting change four fields and allocate
 * nothing; a `Set` that is filled and emptied all the time leaves old tables behind, which keep their members alive
 * until the next full collection.
 */
export class Chain<T extends Link<T>> implements Iterable<T> {
  #first: T | undefined
  #last: T | undefined

  /** Adds what is in no chain. */
  add(link: T): void {
    link.before = this.#last
    if (this.#last === undefined) this.#first = link
    else this.#last.after = link
    this.#last = link
  }

  /** Takes out what is in this chain; nothing happens to what is in none. */
  delete(link: T): void {
    const { before, after } = link
    if (before === undefined && this.#first !== link) return
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    link.before = undefined
    link.after = undefined
  }

  /** In order of arrival; what is given may be deleted meanwhile, and nothing else. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let link = this.#first; link !== undefined; ) {
      const { after } = link
      yield link
      link = after
    }
  }
}
