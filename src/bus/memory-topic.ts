import { isRight } from '../core/either.js'
import type { Message } from '../core/message.js'
import { copyMessage } from '../core/wire.js'
import { type DeadLetter, type DeadLetterFilter, deadTopic } from './bus.js'
import { deadLetterOf, original } from './dead-letter.js'
import type { Stored } from './memory-entry.js'
import { type GroupHost, MemoryGroup } from './memory-group.js'

const DEAD = deadTopic('')

/** How much a topic may hold. */
export interface TopicBounds {
  readonly retained: number
  readonly maxWaiting: number
}

/** One topic: its groups, its listeners without a group, and what it keeps for whoever comes first. */
export class MemoryTopic {
  readonly #name: string
  readonly #host: Omit<GroupHost, 'forget'>
  readonly #bounds: TopicBounds
  readonly #groups = new Map<string, MemoryGroup>()
  readonly #listeners = new Set<MemoryGroup>()
  /** For the first group; on a dead-letter topic also whatever was neither acknowledged nor sent back. */
  readonly #kept = new Set<Stored>()
  readonly #isDead: boolean

  constructor(name: string, host: Omit<GroupHost, 'forget'>, bounds: TopicBounds) {
    this.#name = name
    this.#host = host
    this.#bounds = bounds
    this.#isDead = name.endsWith(DEAD)
  }

  get groups(): readonly MemoryGroup[] {
    return [...this.#groups.values(), ...this.#listeners]
  }

  /** Throws unless there is room for `more` messages. */
  checkRoom(more: number): void {
    const { retained, maxWaiting } = this.#bounds
    const mustKeep = this.#isDead || (this.#groups.size === 0 && this.#listeners.size === 0)
    if (mustKeep && this.#kept.size + more > retained) throw new Error(`memoryBus: topic '${this.#name}' is full: it keeps ${retained} messages while no group takes them`)
    if (maxWaiting === Infinity) return
    for (const { waiting } of this.groups) {
      if (waiting + more > maxWaiting) throw new Error(`memoryBus: topic '${this.#name}' is full: a group has ${waiting} of ${maxWaiting} messages waiting`)
    }
  }

  /** To everyone who listens. Whoever calls this sets the loop going. */
  accept(stored: Stored): void {
    for (const group of this.#groups.values()) group.accept(stored)
    for (const listener of this.#listeners) listener.accept(stored)
    // Without a group but heard by a listener it is not lost: it is kept while there is room.
    if (this.#isDead || (this.#groups.size === 0 && this.#kept.size < this.#bounds.retained)) this.#kept.add(stored)
  }

  /** A group exists from its first listener on; the first of them all is given what was kept. */
  group(name: string): MemoryGroup {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const group = new MemoryGroup({ ...this.#host, forget: (stored) => this.#forget(stored) })
    if (this.#groups.size === 0) for (const stored of this.#kept) group.accept(stored)
    if (!this.#isDead) this.#kept.clear()
    this.#groups.set(name, group)
    return group
  }

  known(name: string): MemoryGroup | undefined {
    return this.#groups.get(name)
  }

  listener(): MemoryGroup {
    const group = new MemoryGroup({ ...this.#host, forget: () => undefined })
    this.#listeners.add(group)
    return group
  }

  /** A listener without a group takes its line with it. */
  dismiss(group: MemoryGroup): void {
    if (this.#listeners.delete(group)) group.close()
  }

  /** Hands each dead letter that passes to `send`, oldest first, and lets go of it once that went well. */
  replay(filter: DeadLetterFilter, send: (message: Message) => void): number {
    const topic = this.#name.slice(0, -DEAD.length)
    const chosen = [...this.#kept].filter((stored) => {
      const dead = deadLetter(stored)
      return dead !== undefined && original(dead, topic) !== undefined && filter(dead)
    })
    for (const stored of chosen) {
      const dead = deadLetter(stored)
      const message = dead && original(dead, topic)
      if (message !== undefined) send(message)
      this.#kept.delete(stored)
      stored.taken = true
    }
    return chosen.length
  }

  #forget(stored: Stored): void {
    if (this.#isDead) this.#kept.delete(stored)
  }
}

// A copy each time: a filter may do with it what it likes.
const deadLetter = ({ message }: Stored): DeadLetter | undefined => (isRight(message) ? deadLetterOf(copyMessage(message.right)) : undefined)
