import { Observable, type Subscriber } from 'rxjs'

/**
 * A number that changes, told to each subscriber at once and from then on: what a BehaviorSubject does, in a third of its
 * memory, for seats of which there are thousands. It never ends.
 */
export class Level extends Observable<number> {
  #value: number
  #followers: readonly Subscriber<number>[] = []

  constructor(value: number) {
    super((subscriber) => {
      this.#followers = [...this.#followers.filter(({ closed }) => !closed), subscriber]
      subscriber.next(this.#value)
    })
    this.#value = value
  }

  get value(): number {
    return this.#value
  }

  set(value: number): void {
    if (value === this.#value) return
    this.#value = value
    for (const follower of this.#followers) follower.next(value)
  }
}
