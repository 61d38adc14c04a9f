import { Immer } from 'immer'
import type { HubPhase } from './hub-contract.js'

/** The table of a hub: a snapshot that never changes. `G` is whatever stands for a group. */
export interface HubState<G> {
  readonly phase: HubPhase
  /** Groups that live or end, by name, in the order they came. */
  readonly groups: Readonly<Record<string, G>>
}

export type HubEvent<G> =
  | { readonly type: 'started' }
  | { readonly type: 'ending' }
  | { readonly type: 'ended' }
  | { readonly type: 'opened'; readonly name: string; readonly group: G }
  | { readonly type: 'closed'; readonly name: string; readonly group: G }

/** Groups are objects with a life of their own: they are held, not frozen. */
const { produce } = new Immer({ autoFreeze: false })

export const EMPTY_HUB: HubState<never> = Object.freeze({ phase: 'idle', groups: Object.freeze({}) })

/** The table after an event; the same table if nothing changed. */
export const afterEvent = <G>(state: HubState<G>, event: HubEvent<G>): HubState<G> =>
  produce(state, (draft) => {
    switch (event.type) {
      case 'started':
        if (draft.phase === 'idle') draft.phase = 'running'
        return
      case 'ending':
        if (draft.phase !== 'stopped') draft.phase = 'draining'
        return
      case 'ended':
        draft.phase = 'stopped'
        return
      case 'opened':
        // Not by index: the type of a draft of something unknown cannot be told.
        Object.assign(draft.groups, { [event.name]: event.group })
        return
      case 'closed':
        // Another may have taken the name since.
        if (state.groups[event.name] === event.group) delete draft.groups[event.name]
    }
  })
