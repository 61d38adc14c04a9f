import { Observable } from 'rxjs'
import type { Delivery, DeliveryOptions, MessageBus, Settlement } from '../bus/bus.js'
import { Fifo } from '../core/fifo.js'
import { Channel, type Member, settleQuietly, type Sharing } from './relay-channel.js'
import { forAll } from './relay-for-all.js'
import { Lent } from './relay-lent.js'

/**
 * Lets several local listeners share one subscription of the bus for a topic and group. With a group each message goes
 * to one of them, in turn, as long as it has room; without, to each of them: it is settled once all have settled it, by
 * the gravest of their answers (retry before reject before ack), and the one with least room paces all.
 */
export const relay = (bus: Pick<MessageBus, 'deliveries'>): Pick<MessageBus, 'deliveries'> => {
  const channels = new Map<string, Channel>()
  const channelOf = ({ topic, group }: DeliveryOptions): Channel => {
    const key = JSON.stringify([topic, group])
    const known = channels.get(key)
    if (known !== undefined) return known
    const channel: Channel = new Channel(
      (limit$) => bus.deliveries({ topic, group, limit$ }),
      group === undefined ? forAll : inTurn,
      () => channels.get(key) === channel && channels.delete(key),
    )
    channels.set(key, channel)
    return channel
  }
  return {
    deliveries: (options) => new Observable<Delivery>((subscriber) => channelOf(options).join(subscriber, options.limit$)),
  }
}

/** Each message to one member. */
const inTurn = (refresh: () => void): Sharing => {
  /** Came while nobody had room: the bus had not heard yet of a limit that fell. */
  const parked = new Fifo<Delivery>()
  let last: Member | undefined

  const next = (members: readonly Member[]): Member | undefined => {
    const first = last === undefined ? 0 : members.indexOf(last) + 1
    for (let turn = 0; turn < members.length; turn += 1) {
      const member = members[(first + turn) % members.length]
      if (member?.hasRoom === true) return member
    }
    return undefined
  }

  const ended = (over: Lent, settlement: Settlement | undefined): Promise<boolean> => {
    over.line?.remove(over)
    refresh()
    return settlement === undefined ? NO : over.source.settle(settlement)
  }

  const lend = (member: Member, delivery: Delivery): void => {
    const given = new Lent(delivery, ended)
    if (given.state === 'over') return
    last = member
    member.held.push(given)
    member.subscriber.next(given)
  }

  return {
    // One over its limit still holds what it has.
    limit: (members) => {
      let sum = 0
      for (const { limit, held } of members) sum += Math.max(limit, held.size)
      return sum
    },
    accept: (delivery, members) => {
      const member = next(members)
      if (member === undefined) parked.push(delivery)
      else lend(member, delivery)
    },
    onRoom: (members) => {
      for (let member = next(members); parked.holdsAny() && member !== undefined; member = next(members)) lend(member, parked.take())
    },
    onLeave: (member) => {
      for (let left = member.held.shift(); left !== undefined; left = member.held.shift()) settleQuietly(left)
    },
  }
}

const NO = Promise.resolve(false)
