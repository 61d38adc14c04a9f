import * as fc from 'fast-check'
import { followed as follow } from './followed-load.js'
import type { Law, Verdict } from './law.js'
import { after, type PolicyTrial, trail, unless } from './policy-trial.js'

export interface RestTerms {
  readonly settlesAfter: number
  readonly maxTurns: number
  readonly everyMs: number
  readonly followed: boolean
}

/** Answers that are looked at once it should be at rest. */
const AT_REST = 20

/** Later than any moment of a past. */
const FROM_MS = 1_000_001

/** From any state, constant load settles to a constant answer, in bounded steps and without flapping. */
export const restLaws = <S>({ law, past, load }: PolicyTrial<S>, terms: RestTerms): readonly Law[] => {
  const { settlesAfter, everyMs, followed } = terms
  const moments = Array.from({ length: settlesAfter + AT_REST }, (_, step) => FROM_MS + step * everyMs)
  const still = law('comes to rest under a constant load', fc.tuple(past, load), (policy, [before, now]) => {
    const constant = moments.map((nowMs) => ({ ...now, nowMs }))
    return restless(trail(policy, constant, after(policy, before)).map(({ wanted }) => wanted), terms)
  })
  const moving = law('comes to rest where its answers are followed', fc.tuple(past, load), (policy, [before, now]) =>
    restless(follow(policy, after(policy, before), { load: now, moments, everyMs }), terms))
  return followed ? [still, moving] : [still]
}

/** What keeps these answers from being those of a policy that comes to rest. */
const restless = (answers: readonly number[], { settlesAfter, maxTurns }: RestTerms): Verdict => {
  const rest = answers.slice(settlesAfter)
  const turns = turnsIn(answers)
  return unless(new Set(rest).size === 1, () => `after ${settlesAfter} samples still ${rest.join(', ')}`)
    ?? unless(turns <= maxTurns, () => `turns ${turns} times: ${answers.slice(0, settlesAfter).join(', ')}`)
}

/** How often numbers that rise or fall begin to do the other. */
export const turnsIn = (answers: readonly number[]): number => {
  const moves = answers.map((wanted, at) => Math.sign(wanted - (answers[at - 1] ?? wanted))).filter((move) => move !== 0)
  return moves.filter((move, at) => at > 0 && move !== moves[at - 1]).length
}

/** A law about how far one answer may lie from the one before while the bounds stay. */
export const stepLaw = <S>({ law, past, load }: PolicyTrial<S>, sentence: string, allowed: (by: number) => boolean): Law =>
  law(sentence, fc.tuple(past, load, load), (policy, [before, now, next]) => {
    const last = policy.step(after(policy, before), now)
    const { wanted } = policy.step(last.state, { ...next, min: now.min, max: now.max })
    return unless(allowed(wanted - last.wanted), () => `wanted ${last.wanted}, and then at once ${wanted}`)
  })

const MORE = fc.record({ waiting: fc.nat(50), longerMs: fc.nat(5_000) })

export const growingLaw = <S>({ law, past, load }: PolicyTrial<S>): Law =>
  law('never wants fewer because more waits', fc.tuple(past, load, MORE), (policy, [before, now, { waiting, longerMs }]) => {
    const state = after(policy, before)
    const heavier = { ...now, waiting: now.waiting + waiting, oldestWaitMs: now.oldestWaitMs + longerMs }
    const [few, many] = [policy.step(state, now).wanted, policy.step(state, heavier).wanted]
    return unless(many >= few, () => `wants ${few}, but ${many} when ${waiting} more wait and the oldest ${longerMs} ms longer`)
  })
