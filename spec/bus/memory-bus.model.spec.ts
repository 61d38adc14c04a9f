import { isRight } from 'fp-ts/lib/Either.js'
import { BehaviorSubject, type Subscription } from 'rxjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Delivery, deadTopic, type Settlement } from '../../src/bus/bus.js'
import type { DeadLetter } from '../../src/bus/bus.js'
import { createMessage } from '../../src/core/create-message.js'
import { virtualBus } from './virtual-bus.js'

const LEASE_MS = 50
const MAX_ATTEMPTS = 3
const TOPIC = 't'
const GROUP = 'g'

type Step =
  | { readonly type: 'publish'; readonly count: number; readonly key: string | undefined }
  | { readonly type: 'settle'; readonly which: number; readonly settlement: Settlement }
  | { readonly type: 'extend'; readonly which: number }
  | { readonly type: 'join'; readonly limit: number }
  | { readonly type: 'limit'; readonly member: number; readonly limit: number }
  | { readonly type: 'leave'; readonly member: number }
  | { readonly type: 'pass'; readonly ms: number }

const small = fc.nat(20)
const limit = fc.nat(4)
const settlement = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Settlement>({ type: 'ack' }) },
  fc.constantFrom(0, 10, 60).map((afterMs): Settlement => ({ type: 'retry', afterMs })),
  fc.constant<Settlement>({ type: 'reject', reason: 'no' }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 3 }), key: fc.constantFrom(undefined, undefined, 'a', 'b') }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('settle' as const), which: small, settlement }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('extend' as const), which: small }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('join' as const), limit }) },
  fc.record({ type: fc.constant('limit' as const), member: small, limit }),
  fc.record({ type: fc.constant('leave' as const), member: small }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(1, 10, 25, 50, 51) }) },
)

interface Held {
  readonly id: string
  readonly key: string | undefined
  readonly delivery: Delivery
  readonly member: Member
  untilMs: number
}
interface Member {
  readonly limit$: BehaviorSubject<number>
  subscription: Subscription | undefined
  held: number
}

/** What is known from outside: who holds what under a valid lease, and what has ended. Checks itself at every delivery. */
const world = () => {
  const { bus, scheduler, pass } = virtualBus({ leaseMs: LEASE_MS, maxAttempts: MAX_ATTEMPTS })
  const holding = new Map<string, Held>()
  const attempts = new Map<string, number>()
  const acked = new Set<string>()
  const dead = new Set<string>()
  const members: Member[] = []
  const deliveries: Held[] = []
  // What is found wrong within a subscriber, where throwing would not reach the property.
  const faults: string[] = []
  const holds = (right: boolean, text: string): void => void (right || faults.push(text))
  let published = 0

  const letGo = (held: Held): void => {
    if (holding.get(held.id) !== held) return
    holding.delete(held.id)
    held.member.held -= 1
  }
  const onDelivery = (member: Member, delivery: Delivery): void => {
    if (!isRight(delivery.message)) return holds(false, 'it should have decoded')
    const { id, key } = delivery.message.right
    const before = holding.get(id)
    if (before !== undefined && before.untilMs <= scheduler.now()) letGo(before)
    holds(!holding.has(id), `${id} is held twice`)
    holds(!acked.has(id) && !dead.has(id), `${id} comes after its end`)
    holds([...holding.values()].every((other) => key === undefined || other.key !== key || other.untilMs <= scheduler.now()), `${id} comes before its turn`)
    holds(delivery.attempt === (attempts.get(id) ?? 0) + 1, `${id} has the wrong attempt`)
    attempts.set(id, delivery.attempt)
    const held = { id, key, delivery, member, untilMs: scheduler.now() + LEASE_MS }
    delivery.lost.addEventListener('abort', () => letGo(held))
    holding.set(id, held)
    deliveries.push(held)
    member.held += 1
    holds(member.held <= member.limit$.value, `${id} is beyond the limit`)
  }
  const join = (first: number): void => {
    const member: Member = { limit$: new BehaviorSubject(first), subscription: undefined, held: 0 }
    members.push(member)
    member.subscription = bus.deliveries({ topic: TOPIC, group: GROUP, limit$: member.limit$ }).subscribe((delivery) => onDelivery(member, delivery))
  }
  const settle = (held: Held, how: Settlement): Promise<boolean> => {
    const valid = holding.get(held.id) === held
    // Before the call: it may deliver the message again at once.
    letGo(held)
    if (valid && how.type === 'ack') acked.add(held.id)
    if (valid && (how.type === 'reject' || (how.type === 'retry' && held.delivery.attempt >= MAX_ATTEMPTS))) dead.add(held.id)
    return held.delivery.settle(how).then((won) => {
      holds(won === valid, `${held.id} was settled: ${won}`)
      return won
    })
  }
  bus.deliveries({ topic: deadTopic(TOPIC), limit$: new BehaviorSubject(1) }).subscribe((delivery) => {
    const id = isRight(delivery.message) ? idOf(delivery.message.right.payload) : ''
    dead.add(id)
    void delivery.settle({ type: 'ack' })
  })

  const apply = (next: Step): Promise<unknown> | void => {
    switch (next.type) {
      case 'publish':
        return bus.publish(Array.from({ length: next.count }, () => createMessage(null, { id: `m${(published += 1)}`, topic: TOPIC, sentAtMs: 0, key: next.key })))
      case 'settle': {
        const held = deliveries.at(-1 - next.which)
        return held === undefined ? undefined : settle(held, next.settlement)
      }
      case 'extend': {
        const held = deliveries.at(-1 - next.which)
        if (held === undefined) return undefined
        const valid = holding.get(held.id) === held
        if (valid) held.untilMs = scheduler.now() + LEASE_MS
        return held.delivery.extend().then((kept) => holds(kept === valid, `${held.id} was extended: ${kept}`))
      }
      case 'join':
        return join(next.limit)
      case 'limit':
        return members[next.member % members.length]?.limit$.next(next.limit)
      case 'leave':
        return members.splice(next.member % Math.max(1, members.length), 1)[0]?.subscription?.unsubscribe()
      case 'pass':
        return pass(next.ms)
    }
  }
  const check = (): void => {
    expect(faults).toEqual([])
    const counts = bus.counts(TOPIC, GROUP)
    const { waiting, unsettled, retrying } = counts
    if (attempts.size > 0) expect(waiting + unsettled + retrying + counts.acked + counts.dead).toBe(published)
    expect([counts.acked, counts.dead, unsettled]).toEqual([acked.size, dead.size, holding.size])
    for (const { untilMs } of holding.values()) expect(untilMs).toBeGreaterThan(scheduler.now())
  }
  /** With someone who handles everything, everything ends. */
  const finish = async (): Promise<void> => {
    for (const { subscription } of members.splice(0)) subscription?.unsubscribe()
    join(1_000)
    for (let round = 0; round < 1_000 && acked.size + dead.size < published; round += 1) {
      for (const held of [...holding.values()]) void settle(held, { type: 'ack' })
      pass(20)
    }
    expect(acked.size + dead.size).toBe(published)
    expect([...attempts.keys()].length).toBe(published)
    check()
    await bus.close()
  }
  return { apply, check, finish }
}

const idOf = (payload: unknown): string => {
  const letter: Partial<DeadLetter> = Object(payload)
  return letter.message !== undefined && 'id' in letter.message ? letter.message.id : ''
}

describe('whatever is published, settled, extended, lost, joined and left', () => {
  it('every message is in exactly one place, never with two members at once, within every limit, and ends in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const { apply, check, finish } = world()
        for (const next of steps) {
          // oxlint-disable-next-line no-await-in-loop
          await apply(next)
          check()
        }
        await finish()
      }),
      { numRuns: 300 },
    )
  })
})
