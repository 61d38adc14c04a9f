import type { Settings } from './settings.js'

export interface OutsideHost {
  hold(reason: 'gate', on: boolean): void
  stop(): void
  onError(error: unknown): void
}

/** Follows what steers a group from outside: its gate, closed until it says otherwise, and its signal. Returns what lets go of both. */
export const followOutside = ({ gate$, signal }: Settings, host: OutsideHost): (() => void) => {
  const controller = new AbortController()
  if (signal?.aborted === true) host.stop()
  else signal?.addEventListener('abort', () => host.stop(), { once: true, signal: controller.signal })
  if (gate$ !== undefined) host.hold('gate', true)
  let told = false
  const gate = gate$?.subscribe({
    next: (open) => {
      told = true
      host.hold('gate', !open)
    },
    error: (error: unknown) => host.onError(error),
    // The last word stays; without one nothing would ever start.
    complete: () => {
      if (!told) host.onError(new Error('the gate has ended before it said anything'))
    },
  })
  return () => {
    controller.abort()
    gate?.unsubscribe()
  }
}
