/** What can stand in a line, one at a time: the line keeps its place in it. */
export interface Linked<T extends Linked<T>> {
  line: Line<T> | undefined
  before: T | undefined
  after: T | undefined
}

/** A line that is joined and left at any place in constant time, however long it is. */
export class Line<T extends Linked<T>> {
  head: T | undefined = undefined
  tail: T | undefined = undefined
  size = 0

  /** All that stand in it now, from the front. */
  get items(): readonly T[] {
    const items: T[] = []
    for (let item = this.head; item !== undefined; item = item.after) items.push(item)
    return items
  }

  /** Behind `place`; at the front if there is none. */
  insert(item: T, place: T | undefined): void {
    const after = place === undefined ? this.head : place.after
    item.line = this
    item.before = place
    item.after = after
    if (place === undefined) this.head = item
    else place.after = item
    if (after === undefined) this.tail = item
    else after.before = item
    this.size += 1
  }

  push(item: T): void {
    this.insert(item, this.tail)
  }

  shift(): T | undefined {
    const { head } = this
    if (head !== undefined) this.remove(head)
    return head
  }

  /** Nothing happens to what is not in this line. */
  remove(item: T): void {
    if (item.line !== this) return
    if (item.before === undefined) this.head = item.after
    else item.before.after = item.after
    if (item.after === undefined) this.tail = item.before
    else item.after.before = item.before
    item.line = undefined
    item.before = undefined
    item.after = undefined
    this.size -= 1
  }
}
