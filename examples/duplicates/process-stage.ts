import process from 'node:process'
import { wantsColours } from './paint.js'
import type { Stage } from './stage.js'

/** How the program ends. */
export const EXIT = { complete: 0, gaveUp: 1, wrongUsage: 2, interrupted: 130 } as const

const SAME_PRESS_MS = 150

/** The process around the program: where it prints, and its Ctrl-C. */
export const processStage = (): Stage => {
  const first = new AbortController()
  let tidy = (): void => undefined
  let firstAtMs = 0
  const onSignal = (): void => {
    if (!first.signal.aborted) {
      firstAtMs = Date.now()
      return first.abort()
    }
    // One key press may come twice: from the terminal, and once more from npm.
    if (Date.now() - firstAtMs < SAME_PRESS_MS) return
    tidy()
    process.exit(EXIT.interrupted)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  // Whoever reads may leave early (`| head`): then there is nobody to tell.
  process.stdout.on('error', () => process.exit(EXIT.gaveUp))
  return {
    output: process.stdout,
    colours: wantsColours(process.stdout.isTTY, process.env),
    now: Date.now,
    interrupted: first.signal,
    onExit: (last) => {
      tidy = last
    },
  }
}
