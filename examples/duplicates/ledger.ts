import type { RawPath } from './raw-path.js'

/**
 * Which files are under way. It gives the walk its credit: with `limit` files open the walk waits, so that however large
 * the folder is, no more than that many wait anywhere. Each file ends once; a message that comes twice changes nothing.
 */
export interface Ledger {
  /** Opens a file. */
  begin(path: RawPath): void
  has(path: RawPath): boolean
  /** Ends it; false if it was not open. */
  end(path: RawPath): boolean
  /** Resolves once a further file may be opened, or the signal is aborted. */
  room(signal: AbortSignal): Promise<void>
  /** Resolves once no file is open, or the signal is aborted. */
  emptied(signal: AbortSignal): Promise<void>
  /** Begun and not ended, oldest first. */
  open(): readonly RawPath[]
  /** How many those are. */
  size(): number
}

export const createLedger = (limit: number): Ledger => {
  const open = new Set<RawPath>()
  const waiting = new Set<() => void>()

  const until = async (holds: () => boolean, signal: AbortSignal): Promise<void> => {
    while (!holds() && !signal.aborted) await nextEnd(signal)
  }
  const nextEnd = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', wake)
    })

  return {
    begin: (path) => void open.add(path),
    has: (path) => open.has(path),
    end: (path) => {
      const ended = open.delete(path)
      if (ended) for (const wake of [...waiting]) wake()
      return ended
    },
    room: (signal) => until(() => open.size < limit, signal),
    emptied: (signal) => until(() => open.size === 0, signal),
    open: () => [...open],
    size: () => open.size,
  }
}
