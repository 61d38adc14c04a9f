import type { LoadSample } from '../core/load.js'
import { check, checkOptions, having, milliseconds, nonEmptyString, whole } from '../core/options.js'
import { ask } from './ask.js'
import { isCount, withinBounds } from './bounds.js'
import type { ScalingPolicy } from './policy.js'
import { type ShareClaim, shareOut } from './share-out.js'
import { soonest } from './wake.js'

export interface SharedBudgetOptions {
  /** Workers over all members: a whole number, 1 or more. */
  readonly total: number
  /** How long a worker is idle before its group is asked whether it is wanted back, in ms; 1 or more, default 1,000. */
  readonly takeBackMs?: number | undefined
}

export interface BudgetMemberOptions {
  /** Its part of what is shared, against the others' parts; more than 0, default 1. */
  readonly weight?: number | undefined
  /** Workers reserved for it, which are never lent: a whole number, 0 or more, default 1. Give it the group's `workers.min`. */
  readonly atLeast?: number | undefined
  /** Its name in `shares`; default the policy's. */
  readonly name?: string | undefined
}

/** How one member stands. */
export interface BudgetShare {
  readonly name: string
  readonly weight: number
  readonly atLeast: number
  /** Workers its policy wanted last. */
  readonly wants: number
  /** Workers it was told last. */
  readonly wanted: number
  /** What nobody else is given: what it was told, what it had at work, or what is reserved, whichever is most. */
  readonly holds: number
}

/** The policy of one member, for one group. */
export interface BudgetMember<S> extends ScalingPolicy<S> {
  /** Gives its share to the others: for a group that has stopped, which its policy is not told. Harmless when repeated. */
  leave(): void
}

export interface SharedBudget {
  readonly total: number
  /**
   * The policy within this budget, as the policy of one group.
   *
   * @throws {OptionsError} When given no policy, an option of another kind, or more is reserved than the total.
   */
  member<S>(policy: ScalingPolicy<S>, options?: BudgetMemberOptions): BudgetMember<S>
  /** How each member stands, in order of joining: plain data. */
  shares(): readonly BudgetShare[]
}

/**
 * One total of workers for several groups. Each member's policy says what it wants; the budget gives it its fair share
 * (`shareOut`: weighted max-min), so that what one does not want is lent to the others, and is taken back when it does.
 * A worker at work is given on only when the member who had it was seen without: running work is not interrupted, so
 * taking back lasts as long as that. The reason is `limited` where the budget changed the answer.
 *
 * Never more than the total are wanted or alive over all members, whoever is asked when, as long as no group's
 * `workers.min` is above its `atLeast` (a group's bounds win) and members join before what is theirs is lent.
 *
 * Unlike other policies, a member answers to the same state and load the same only as long as the budget is the same:
 * its claims are kept in the budget, not in the state of the policy, and start anew with the process. `wake` adds a
 * worker idle for `takeBackMs`, and the end of all work. One member is for one group.
 *
 * @example
 * const budget = sharedBudget({ total: 40 })
 * const scaling = budget.member(demand(), { weight: 2 })
 * const group = workerGroup({ action, scaling })
 * void group.wait().then(() => scaling.leave())
 *
 * @throws {OptionsError} When `total` or `takeBackMs` is not such a number.
 */
export const sharedBudget = (options: SharedBudgetOptions): SharedBudget => {
  checkOptions('sharedBudget', { total: whole(1), takeBackMs: milliseconds(1) }, options, undefined, ['total'])
  const { total, takeBackMs = 1_000 } = options
  let shares: readonly BudgetShare[] = []
  return {
    total,
    shares: () => shares,
    member: (policy, given = {}) => {
      checkOptions('sharedBudget.member', CODECS, { ...given, policy }, ({ atLeast = 1 }) => reservable(atLeast, total, shares), ['policy'])
      const { weight = 1, atLeast = 1, name = policy.name } = given
      let mine: BudgetShare = { name, weight, atLeast, wants: 0, wanted: 0, holds: atLeast }
      shares = [...shares, mine]
      return {
        name: `member(${policy.name})`,
        initial: policy.initial,
        wake: soonest(policy.wake, { idledMs: takeBackMs, afterWork: true }),
        step: (state, load) => {
          const answer = ask(policy, state, load)
          const claimed = claim(total, shares, mine, withinBounds(answer.wanted, load), load)
          shares = shares.map((share) => (share === mine ? claimed : share))
          mine = claimed
          const { wanted } = claimed
          return { state: answer.state, wanted, reason: wanted === answer.wanted ? answer.reason : 'limited' }
        },
        leave: () => { shares = shares.filter((share) => share !== mine) },
      }
    },
  }
}

/** The member's new share, after it has been asked: what is fair, as far as nobody else holds it. */
const claim = (total: number, shares: readonly BudgetShare[], mine: BudgetShare, wants: number, load: LoadSample): BudgetShare => {
  const others = shares.filter((share) => share !== mine)
  const joined = others.length < shares.length
  const claims: readonly ShareClaim[] = shares.map((share) => (share === mine ? { ...mine, wants } : share))
  const unlent = claims.reduce((sum, one) => sum + Math.max(0, one.atLeast - one.wants), 0)
  const fair = shareOut(total - unlent, claims)[shares.indexOf(mine)] ?? 0
  const free = total - others.reduce((sum, { holds }) => sum + holds, 0)
  const wanted = withinBounds(joined ? Math.max(0, Math.min(fair, free)) : 0, load)
  return { ...mine, wants, wanted, holds: Math.max(mine.atLeast, wanted, busy(load) ?? mine.holds) }
}

/** Workers that may stay for a while whatever is wanted: those that are idle leave at once. */
const busy = ({ live, idleMs }: LoadSample): number | undefined => {
  if (!isCount(live)) return undefined
  return Math.max(0, live - (Array.isArray(idleMs) ? idleMs.length : 0))
}

const reservable = (atLeast: unknown, total: number, shares: readonly BudgetShare[]): readonly { readonly path: string; readonly got: string; readonly expected: string }[] => {
  const left = total - shares.reduce((sum, share) => sum + share.atLeast, 0)
  return typeof atLeast === 'number' && atLeast > left ? [{ path: 'atLeast', got: String(atLeast), expected: `at most ${left}, which is not reserved yet` }] : []
}

const CODECS = {
  policy: having('a scaling policy', 'step'),
  weight: check('a number above 0', (value): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0),
  atLeast: whole(0),
  name: nonEmptyString,
}
