import type { Subscription } from 'rxjs'
import type { Phase } from '../core/group-stats.js'
import type { Entrance } from '../group/entrance.js'
import type { WorkerGroup } from '../group/worker-group-contract.js'

/** A group that messages go to, and how many of them. */
export interface Target {
  readonly group: Pick<WorkerGroup, 'live$' | 'status$' | 'drain'>
  /** The way into it. */
  readonly entrance: Entrance
  readonly prefetch: number | undefined
  /** Messages that one worker handles at once: the size of a batch. */
  readonly width: number
  /** Takes a single message. */
  readonly once: boolean
}

/** `waiting`: the first message makes the group. `taken`: a group that takes one message has it. `closed`: takes nothing more. */
export type Aim = 'waiting' | 'taken' | 'closed' | Target

/** As many messages as can run at once, and some more so that the next is there when one ends. */
const limitOf = ({ prefetch, width, once }: Target, live: number, phase: Phase): number => {
  if (phase === 'paused' || phase === 'draining' || phase === 'stopped') return 0
  if (once) return 1
  const slots = live * width
  // With no worker alive one message must come, or none would ever be wanted.
  return Math.max(slots + (prefetch ?? slots), width)
}

/** Follows a group and tells how many messages it can use, as that changes. */
export const follow = (target: Target, tell: (limit: number) => void): Subscription => {
  const { live$, status$ } = target.group
  let live = 0
  let phase: Phase | undefined
  const count = (): void => {
    if (phase !== undefined) tell(limitOf(target, live, phase))
  }
  const following = live$.subscribe((now) => {
    live = now
    count()
  })
  following.add(status$.subscribe((now) => {
    phase = now
    count()
  }))
  return following
}
