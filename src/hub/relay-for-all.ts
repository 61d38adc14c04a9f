import type { Settlement } from '../bus/bus.js'
import { ack } from '../bus/settlement.js'
import type { Member, Sharing } from './relay-channel.js'
import { Lent } from './relay-lent.js'

/** A delivery that several have: who has not settled it yet, and the gravest answer so far. */
interface Round {
  readonly open: Set<Member>
  answer: Settlement
  readonly end: (answer: Settlement) => Promise<boolean>
}

const GRAVITY = { ack: 0, reject: 1, retry: 2 } as const

const graver = (a: Settlement, b: Settlement): Settlement => (GRAVITY[b.type] > GRAVITY[a.type] ? b : a)

/** Each message to every member. */
export const forAll = (): Sharing => {
  const rounds = new Set<Round>()

  const answered = (round: Round, member: Member, answer: Settlement): Promise<boolean> => {
    round.open.delete(member)
    round.answer = graver(round.answer, answer)
    if (round.open.size > 0) return Promise.resolve(true)
    rounds.delete(round)
    return round.end(round.answer)
  }

  const ended = (round: Round, member: Member, answer: Settlement | undefined): Promise<boolean> => {
    if (answer !== undefined) return answered(round, member, answer)
    rounds.delete(round)
    return Promise.resolve(false)
  }

  return {
    // Whoever has room has room for whatever any of them holds, so the smallest limit keeps every other.
    limit: (members) => Math.min(...members.map(({ limit }) => limit)),
    accept: (delivery, members) => {
      const round: Round = { open: new Set(members), answer: ack, end: (answer) => delivery.settle(answer) }
      const given = members.map((member) => ({ member, lent: new Lent(delivery, { ended: (_lent, answer) => ended(round, member, answer) }) }))
      if (given.some(({ lent }) => lent.state === 'over')) return
      rounds.add(round)
      // Another may have made it leave.
      for (const { member, lent } of given) if (round.open.has(member)) member.give(lent)
    },
    onRoom: () => undefined,
    onLeave: (member) => {
      for (const round of rounds) if (round.open.has(member)) answered(round, member, ack).catch(() => undefined)
    },
  }
}
