import type { BusStatus } from '../bus.js'
import type { LinkState } from './redis-link.js'

/** What the bus's connections come to: `degraded` while one that was there is being remade, `lost` once that has failed. */
export const busStatus = (commands: LinkState, readers: readonly LinkState[]): BusStatus => {
  if (commands === 'connecting' || commands === 'lost') return commands
  return commands === 'down' || readers.some((state) => state === 'down' || state === 'lost') ? 'degraded' : 'live'
}
