import type { Failure } from '../core/failure.js'
import type { Backoff } from './backoff.js'

/** How often something may be restarted before it is given up, as in OTP: more than `maxRestarts` within `withinMs`. */
export interface Intensity {
  /** Restarts allowed; `Infinity` for any number, 0 for none. */
  readonly maxRestarts: number
  /** The window, in ms, both ends included. */
  readonly withinMs: number
}

/** What is to be done about a worker that failed. One failure, one directive. */
export type Directive =
  | { readonly type: 'resume' }
  | { readonly type: 'restartOne'; readonly backoff: Backoff; readonly intensity: Intensity }
  | { readonly type: 'restartAll'; readonly backoff: Backoff; readonly intensity: Intensity; readonly inFlight: 'finish' | 'abort' }
  | { readonly type: 'stopAndEscalate' }

/** A pure function from a failure to what is to be done, with a name to show. */
export interface SupervisionStrategy {
  readonly name: string
  decide(failure: Failure): Directive
}
