/** An abort signal that is made when first asked for: most are never asked for, and a controller costs more than a message. */
export class LateSignal {
  #controller: AbortController | undefined = undefined
  #aborted: { readonly reason: unknown } | undefined = undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    return this.#controller.signal
  }

  /** Why, if it was aborted: as it was said last. */
  get aborted(): { readonly reason: unknown } | undefined {
    return this.#aborted
  }

  /** A signal that was asked for before keeps the first reason. */
  abort(reason: unknown): void {
    this.#aborted = { reason }
    this.#controller?.abort(reason)
  }
}
