import { oneOf } from '../core/options.js'
import { type RestartOptions, restartTerms } from './restart-options.js'
import type { SupervisionStrategy } from './strategy.js'

export interface RestartAllOptions extends RestartOptions {
  /** What the other workers are at: `'finish'` (default) lets them end it, `'abort'` aborts it. */
  readonly inFlight?: 'finish' | 'abort' | undefined
}

/**
 * All workers are released, then the fewest allowed are acquired anew after the backoff; waiting items stay in line.
 * One incident counts once. Escalates with protocol `restart`; more than `maxRestarts` within `withinMs` stops and
 * escalates.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const restartAll = (options: RestartAllOptions = {}): SupervisionStrategy => {
  const terms = restartTerms('restartAll', options, { inFlight: oneOf('finish', 'abort') })
  const { inFlight = 'finish' } = options
  return { name: 'restartAll', decide: () => ({ type: 'restartAll', ...terms, inFlight }) }
}
