import type { Output } from './screen.js'
import type { View } from './view.js'

/** What a run needs of the process around it. */
export interface Stage {
  readonly output: Output
  readonly colours: boolean
  /** The line that is written now and then where nothing can be drawn; default `plainView`. */
  readonly line?: (view: View) => string
  /** ms since the epoch. */
  readonly now: () => number
  /** Aborted with the first Ctrl-C. */
  readonly interrupted: AbortSignal
  /** Runs when the process ends at once, with a second Ctrl-C: gives the cursor back. */
  onExit(tidy: () => void): void
}
