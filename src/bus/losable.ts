import type { LossListener } from './bus.js'

/**
 * What is lent out and may be lost, told by calls and by a signal. The signal is made when first asked for: most
 * deliveries are settled without, and a controller costs more than all the rest of a delivery.
 */
export abstract class Losable {
  #controller: AbortController | undefined = undefined
  #loss: { readonly reason: unknown } | undefined = undefined
  #listener: LossListener | undefined = undefined

  get lost(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#loss !== undefined) this.#controller.abort(this.#loss.reason)
    }
    return this.#controller.signal
  }

  tellLoss(listener: LossListener): void {
    if (this.#loss !== undefined) tell(listener, this.#loss.reason)
    else this.#listener = this.#listener === undefined ? listener : both(this.#listener, listener)
  }

  /** The first loss counts. */
  protected loseFor(reason: unknown): void {
    if (this.#loss !== undefined) return
    this.#loss = { reason }
    this.#controller?.abort(reason)
    if (this.#listener !== undefined) tell(this.#listener, reason)
  }
}

const both = (first: LossListener, second: LossListener): LossListener => ({
  onLost: (reason) => {
    tell(first, reason)
    tell(second, reason)
  },
})

/** What a listener throws is nobody's here: it surfaces as the throw of a signal's listener does. */
const tell = (listener: LossListener, reason: unknown): void => {
  try {
    listener.onLost(reason)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Tells of the loss of any delivery; returns what stops that, where there is something to stop. */
export const heedLoss = (delivery: { readonly lost: AbortSignal; tellLoss?(listener: LossListener): void }, listener: LossListener): (() => void) | undefined => {
  if (delivery.tellLoss !== undefined) {
    delivery.tellLoss(listener)
    return undefined
  }
  const { lost } = delivery
  const onAbort = (): void => listener.onLost(lost.reason)
  if (lost.aborted) onAbort()
  else lost.addEventListener('abort', onAbort, { once: true })
  return () => lost.removeEventListener('abort', onAbort)
}
