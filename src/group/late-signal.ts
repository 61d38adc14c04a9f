/** An abort signal that is made when first asked for: most are never asked for, and one weighs as much as the line of a group. */
export class LateSignal {
  #controller: AbortController | undefined
  #abort: { readonly reason: unknown } | undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abort !== undefined) this.#controller.abort(this.#abort.reason)
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#abort = { reason }
    this.#controller?.abort(reason)
  }
}
