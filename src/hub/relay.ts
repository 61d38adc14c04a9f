import { Observable } from 'rxjs'
import type { Delivery, DeliveryOptions, MessageBus } from '../bus/bus.js'
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
  const lent = new Map<Member, Set<Lent>>()
  /** Came while nobody had room: the bus had not heard yet of a limit that fell. */
  const parked = new Fifo<Delivery>()
  let last: Member | undefined

  const held = (member: Member): number => lent.get(member)?.size ?? 0
  const next = (members: readonly Member[]): Member | undefined => {
    const after = last === undefined ? 0 : members.indexOf(last) + 1
    return [...members.slice(after), ...members.slice(0, after)].find((member) => held(member) < member.limit && !member.subscriber.closed)
  }

  const lend = (member: Member, delivery: Delivery): void => {
    if (delivery.lost.aborted) return
    last = member
    const given = new Lent(delivery, (over, settlement) => {
      lent.get(member)?.delete(over)
      refresh()
      return settlement === undefined ? Promise.resolve(false) : delivery.settle(settlement)
    })
    const all = lent.get(member) ?? new Set()
    lent.set(member, all.add(given))
    member.subscriber.next(given)
  }

  return {
    // One over its limit still holds what it has.
    limit: (members) => members.reduce((sum, member) => sum + Math.max(member.limit, held(member)), 0),
    accept: (delivery, members) => {
      const member = next(members)
      if (member === undefined) parked.push(delivery)
      else lend(member, delivery)
    },
    onRoom: (members) => {
      for (let member = next(members); parked.holdsAny() && member !== undefined; member = next(members)) lend(member, parked.take())
    },
    onLeave: (member) => {
      const left = lent.get(member) ?? []
      lent.delete(member)
      for (const delivery of left) settleQuietly(delivery)
    },
  }
}
