import { Subscriber } from 'rxjs'

/** Whoever started an inner Observable, and is told what it does. */
export interface Host<R> {
  next(value: R): void
  error(error: unknown): void
  completed(inner: Inner<R>): void
}

/** The one object per running inner Observable. It is released before its host is told that it completed. */
export class Inner<R> extends Subscriber<R> {
  /** It is being subscribed to: if it completes now, its host has not come back from starting it. */
  starting = true
  readonly #host: Host<R>

  constructor(host: Host<R>) {
    super()
    this.#host = host
  }

  protected override _next(value: R): void {
    this.#host.next(value)
  }

  // The host ends with it, and unsubscribes from every inner, this one included.
  protected override _error(error: unknown): void {
    this.#host.error(error)
  }

  // What a teardown throws must not keep the slot taken.
  protected override _complete(): void {
    try {
      this.unsubscribe()
    } finally {
      this.#host.completed(this)
    }
  }
}
