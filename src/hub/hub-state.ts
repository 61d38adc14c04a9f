import { Immer } from 'immer'
import type { HubPhase } from './hub-contract.js'

/** What is told of a hub to who watches it: a snapshot that never changes. Its groups are in a table beside it, which would be copied with every one that comes or goes. */
export interface HubState {
  readonly phase: HubPhase
  /** How often groups have come or gone. */
  readonly changes: number
}

export type HubEvent = 'started' | 'ending' | 'ended' | 'changed'

const { produce } = new Immer()

export const IDLE_HUB: HubState = Object.freeze({ phase: 'idle', changes: 0 })

/** The state after an event; the same state if nothing changed. */
export const afterEvent = (state: HubState, event: HubEvent): HubState =>
  produce(state, (draft) => {
    switch (event) {
      case 'started':
        if (draft.phase === 'idle') draft.phase = 'running'
        return
      case 'ending':
        if (draft.phase !== 'stopped') draft.phase = 'draining'
        return
      case 'ended':
        draft.phase = 'stopped'
        return
      case 'changed':
        draft.changes += 1
    }
  })
