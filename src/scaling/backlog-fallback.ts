import { nested, oneOf, whole } from '../core/options.js'

/** What is wanted when samples have been missing for too long, as KEDA's `fallback`. */
export interface BacklogFallback {
  /** Samples missing in a row after which the next one falls back; 0 or more. */
  readonly afterMissing: number
  /** Workers to fall back to; 0 or more. */
  readonly workers: number
  /**
   * `static` (default): `workers`; `currentReplicas`: as many as there are; `currentReplicasIfHigher`, `…IfLower`: as many
   * as there are if they are more, or fewer, than `workers`, else `workers`.
   */
  readonly behavior?: 'static' | 'currentReplicas' | 'currentReplicasIfHigher' | 'currentReplicasIfLower' | undefined
}

export const fallbackOptions = nested(
  { afterMissing: whole(0), workers: whole(0), behavior: oneOf('static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower') },
  () => [],
  ['afterMissing', 'workers'],
)

/** Workers wanted after so many samples missing in a row, where there were so many. */
export const fallenBack = (fallback: BacklogFallback | undefined, missed: number, from: number): number => {
  if (fallback === undefined || missed <= fallback.afterMissing) return from
  switch (fallback.behavior ?? 'static') {
    case 'static':
      return fallback.workers
    case 'currentReplicas':
      return from
    case 'currentReplicasIfHigher':
      return Math.max(from, fallback.workers)
    case 'currentReplicasIfLower':
      return Math.min(from, fallback.workers)
  }
}
