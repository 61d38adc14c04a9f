import { type RestartOptions, restartTerms } from './restart-options.js'
import type { SupervisionStrategy } from './strategy.js'

/**
 * The failing worker is released and acquired anew after the backoff; the others and the waiting items are untouched.
 * Escalates with protocol `restart`; more than `maxRestarts` within `withinMs` stops and escalates.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const restartOne = (options: RestartOptions = {}): SupervisionStrategy => {
  const terms = restartTerms('restartOne', options)
  return { name: 'restartOne', decide: () => ({ type: 'restartOne', ...terms }) }
}
