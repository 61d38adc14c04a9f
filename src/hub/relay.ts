import type { Delivery, MessageBus, Settlement } from '../bus/bus.js'
import { retry } from '../bus/settlement.js'
import { Fifo } from '../core/fifo.js'
import { Channel, type Listener, type Member, type Seat, type Sharing } from './relay-channel.js'
import { forAll } from './relay-for-all.js'
import { Lent } from './relay-lent.js'

/** Seats a listener at the bus; nothing comes before it listens. */
export type Join = (seat: Seat, listener: Listener) => Member

/**
 * Lets several local listeners share one subscription of the bus for a topic and group. With a group each message goes
 * to one of them, in turn, as long as it has room; without, to each of them: it is settled once all have settled it, by
 * the gravest of their answers (retry before reject before ack), and the one with least room paces all.
 */
export const relay = (bus: Pick<MessageBus, 'deliveries'>): Join => {
  const channels = new Map<string, Channel>()
  const onEmpty = ({ key }: Channel): void => void channels.delete(key)
  return (seat, listener) => {
    const key = JSON.stringify([seat.topic, seat.group])
    const channel = channels.get(key) ?? new Channel(bus, seat, key, seat.group === undefined ? forAll : inTurn, onEmpty)
    channels.set(key, channel)
    return channel.join(listener)
  }
}

const inTurn = (channel: Channel): Sharing => new InTurn(channel)

/** Each message to one member. */
class InTurn implements Sharing {
  readonly #channel: Channel
  /** Came while nobody had room: the bus had not heard yet of a limit that fell. */
  #parked: Fifo<Delivery> | undefined
  #last: Member | undefined

  constructor(channel: Channel) {
    this.#channel = channel
  }

  // One over its limit still holds what it has.
  limit(members: readonly Member[]): number {
    let sum = 0
    for (const { limit, held } of members) sum += Math.max(limit, held.size)
    return sum
  }

  accept(delivery: Delivery, members: readonly Member[]): void {
    const member = this.#next(members)
    if (member === undefined) (this.#parked ??= new Fifo()).push(delivery)
    else this.#lend(member, delivery)
  }

  onRoom(members: readonly Member[]): void {
    const parked = this.#parked
    if (parked === undefined) return
    for (let member = this.#next(members); parked.holdsAny() && member !== undefined; member = this.#next(members)) this.#lend(member, parked.take())
  }

  onLeave({ held }: Member): void {
    // The bus that refuses it lends the message again, by itself.
    for (let left = held.shift(); left !== undefined; left = held.shift()) left.settle(retry(0)).catch(() => undefined)
  }

  ended(over: Lent, settlement: Settlement | undefined): Promise<boolean> {
    over.line?.remove(over)
    this.#channel.refresh()
    return settlement === undefined ? NO : over.source.settle(settlement)
  }

  #next(members: readonly Member[]): Member | undefined {
    const first = this.#last === undefined ? 0 : members.indexOf(this.#last) + 1
    for (let turn = 0; turn < members.length; turn += 1) {
      const member = members[(first + turn) % members.length]
      if (member?.hasRoom === true) return member
    }
    return undefined
  }

  #lend(member: Member, delivery: Delivery): void {
    const given = new Lent(delivery, this)
    if (given.state === 'over') return
    this.#last = member
    member.held.push(given)
    member.give(given)
  }
}

const NO = Promise.resolve(false)
