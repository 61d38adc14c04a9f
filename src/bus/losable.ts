import { LateSignal } from '../core/late-signal.js'
import type { LossListener } from './bus.js'

/**
 * What is lent out and may be lost, told by calls and by a signal. Most deliveries are settled without anybody asking for
 * the signal, or losing it: until then there is none.
 */
export abstract class Losable {
  #loss: LateSignal | undefined = undefined
  #listener: LossListener | undefined = undefined

  get lost(): AbortSignal {
    return (this.#loss ??= new LateSignal()).signal
  }

  tellLoss(listener: LossListener): void {
    const lost = this.#loss?.aborted
    if (lost !== undefined) tell(listener, lost.reason)
    else this.#listener = this.#listener === undefined ? listener : both(this.#listener, listener)
  }

  /** The first loss counts. */
  protected loseFor(reason: unknown): void {
    if (this.#loss?.aborted !== undefined) return
    this.#loss ??= new LateSignal()
    this.#loss.abort(reason)
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
