import { Immer } from 'immer'
import type { HubPhase } from './hub-contract.js'

/** What a hub is at: a value that never changes. Its groups are in a table beside it, since here they would be copied with every one that comes or goes. */
export interface HubState {
  readonly phase: HubPhase
}

export type HubEvent = 'started' | 'ending' | 'ended'

const { produce } = new Immer()

export const IDLE_HUB: HubState = { phase: 'idle' }

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
    }
  })
