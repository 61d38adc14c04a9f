import * as fc from 'fast-check'
import { nonEmptyString } from '../core/options.js'
import type { Reason } from '../scaling/policy.js'
import type { Law } from './law.js'
import { unknownLoad } from './load-arbitraries.js'
import { after, freeze, type PolicyTrial, same, text, trail, unless } from './policy-trial.js'

const REASONS: readonly string[] = ['initial', 'withinRange', 'tooFew', 'tooMany', 'stabilised', 'limited', 'held', 'scheduled', 'exploring'] satisfies readonly Reason[]

/** What holds of each answer by itself. */
export const answerLaws = <S>(trial: PolicyTrial<S>): readonly Law[] => [
  trial.law('has a name, and wakes it can be asked at', fc.constant(null), ({ name, wake }) => {
    const spans = [wake?.waitedMs, wake?.idledMs].filter((ms) => ms !== undefined)
    return unless(nonEmptyString.is(name) && spans.every((ms) => ms > 0 && ms < Infinity), () => `is called ${text(name)} and wakes at ${text(wake)}`)
  }),
  trial.law('answers every load with a whole number within bounds and a known reason', fc.tuple(trial.past, trial.broken), (policy, [past, load]) => {
    const { wanted, reason } = policy.step(after(policy, past), load)
    const right = Number.isSafeInteger(wanted) && wanted >= load.min && wanted <= load.max && REASONS.includes(reason)
    return unless(right, () => `wants ${String(wanted)} of ${load.min} to ${load.max}, for the reason ${text(reason)}`)
  }),
  ...pureLaws(trial),
  clockLaw(trial),
]

const pureLaws = <S>({ law, make, past, load, broken }: PolicyTrial<S>): readonly Law[] => [
  law('answers the same to the same, whatever it was asked before', fc.tuple(past, broken), (policy, [before, now]) =>
    same(trail(policy, [...before, now]), trail(make(), [...before, now]))),
  law('changes neither its state nor the load', fc.tuple(past, broken), (policy, [before, now]) => {
    const state = after(policy, before)
    freeze([state, now])
    return same(policy.step(state, now), policy.step(state, now)) ?? same(policy.initial, make().initial)
  }),
  law('goes on the same from a state that travelled as JSON', fc.tuple(past, load), (policy, [before, now]) => {
    const state = after(policy, before)
    return same(policy.step(state, now), policy.step(JSON.parse(text(state)), now))
  }),
]

const clockLaw = <S>({ law, past, load }: PolicyTrial<S>): Law =>
  law('takes a clock that goes back as one that stands still', fc.tuple(past, load, load, fc.nat()), (policy, [before, now, next, backMs]) => {
    const { state } = policy.step(after(policy, before), now)
    const latest = Math.max(0, now.nowMs, ...before.map(({ nowMs }) => (Number.isFinite(nowMs) ? nowMs : 0)))
    return same(policy.step(state, { ...next, nowMs: latest }), policy.step(state, { ...next, nowMs: Math.max(0, latest - backMs) }))
  })

export const holdingLaw = <S>({ law, past, load }: PolicyTrial<S>): Law =>
  law('keeps its last answer while nothing is known', fc.tuple(past, load), (policy, [before, now]) => {
    const last = policy.step(after(policy, before), now)
    const { wanted } = policy.step(last.state, unknownLoad(now))
    return unless(wanted === last.wanted, () => `wanted ${last.wanted}, and then, knowing nothing, ${wanted}`)
  })
