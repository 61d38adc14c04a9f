import type { Subscription } from 'rxjs'
import type { Session } from './session.js'

interface Waiter {
  readonly patience: Subscription
  readonly resolve: (session: Session) => void
  readonly reject: (error: unknown) => void
}

/** Who waits for a connection. */
export class Waiters {
  readonly #all = new Set<Waiter>()

  /** @param patience - Starts the time after which it is to be told to give up. */
  wait(patience: (giveUp: (error: unknown) => void) => Subscription): Promise<Session> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve,
        reject,
        patience: patience((error) => {
          if (this.#all.delete(waiter)) reject(error)
        }),
      }
      this.#all.add(waiter)
    })
  }

  resolve(session: Session): void {
    for (const waiter of this.#take()) waiter.resolve(session)
  }

  reject(error: unknown): void {
    for (const waiter of this.#take()) waiter.reject(error)
  }

  #take(): readonly Waiter[] {
    const waiters = [...this.#all]
    this.#all.clear()
    for (const { patience } of waiters) patience.unsubscribe()
    return waiters
  }
}
