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
  const gate = gate$?.subscribe({ next: (open) => host.hold('gate', !open), error: (error: unknown) => host.onError(error) })
  return () => {
    controller.abort()
    gate?.unsubscribe()
  }
}
