import { isRight } from '../core/either.js'
import type { Message } from '../core/message.js'
import { copyMessage } from '../core/wire.js'
import { type DeadLetter, type DeadLetterFilter, deadTopic } from './bus.js'
import { deadLetterOf, original } from './dead-letter.js'
import type { Entry, Stored } from './memory-entry.js'
import { type GroupHost, MemoryGroup } from './memory-group.js'

const DEAD = deadTopic('')

/** What a topic needs of its bus. */
export interface TopicHost {
  readonly terms: GroupHost['terms']
  /** Messages that it keeps for its first group, and that may wait in each. */
  readonly retained: number
  readonly maxWaiting: number
  bury(topic: string, entry: Entry, reason: string): void
}

/** One topic: its groups, its listeners without a group, and what it keeps for whoever comes first. Of each there may be none. */
export class MemoryTopic implements GroupHost {
  readonly terms: GroupHost['terms']
  readonly #name: string
  readonly #host: TopicHost
  readonly #groups = new Map<string, MemoryGroup>()
  #listeners: Set<MemoryGroup> | undefined
  /** For the first group; on a dead-letter topic also whatever was neither acknowledged nor sent back. */
  #kept: Set<Stored> | undefined
  readonly #isDead: boolean

  constructor(name: string, host: TopicHost) {
    this.#name = name
    this.#host = host
    this.terms = host.terms
    this.#isDead = name.endsWith(DEAD)
  }

  get groups(): readonly MemoryGroup[] {
    return [...this.#groups.values(), ...(this.#listeners ?? [])]
  }

  /** Throws unless there is room for `more` messages. */
  checkRoom(more: number): void {
    const { retained, maxWaiting } = this.#host
    const mustKeep = this.#isDead || (this.#groups.size === 0 && this.#listeners === undefined)
    if (mustKeep && this.#room < more) throw new Error(`memoryBus: topic '${this.#name}' is full: it keeps ${retained} messages while no group takes them`)
    if (maxWaiting === Infinity) return
    for (const { waiting } of this.groups) {
      if (waiting + more > maxWaiting) throw new Error(`memoryBus: topic '${this.#name}' is full: a group has ${waiting} of ${maxWaiting} messages waiting`)
    }
  }

  /** To everyone who listens. Whoever calls this sets the loop going. */
  accept(stored: Stored): void {
    for (const group of this.#groups.values()) group.accept(stored)
    for (const listener of this.#listeners ?? []) listener.accept(stored)
    // Without a group but heard by a listener it is not lost: it is kept while there is room.
    if (this.#isDead || (this.#groups.size === 0 && this.#room > 0)) (this.#kept ??= new Set()).add(stored)
  }

  /** A group exists from its first listener on; the first of them all is given what was kept. */
  group(name: string): MemoryGroup {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const group = new MemoryGroup(this)
    if (this.#groups.size === 0) for (const stored of this.#kept ?? []) group.accept(stored)
    if (!this.#isDead) this.#kept = undefined
    this.#groups.set(name, group)
    return group
  }

  known(name: string): MemoryGroup | undefined {
    return this.#groups.get(name)
  }

  listener(): MemoryGroup {
    const group = new MemoryGroup(this)
    this.#listeners ??= new Set()
    this.#listeners.add(group)
    return group
  }

  /** A listener without a group takes its line with it. */
  left(group: MemoryGroup): void {
    if (this.#listeners?.delete(group) !== true) return
    if (this.#listeners.size === 0) this.#listeners = undefined
    group.close()
  }

  bury(entry: Entry, reason: string): void {
    this.#host.bury(this.#name, entry, reason)
  }

  /** A dead letter that a group is done with is gone; what a listener without one has heard is not. */
  forget(stored: Stored, group: MemoryGroup): void {
    if (this.#isDead && this.#listeners?.has(group) !== true) this.#kept?.delete(stored)
  }

  /** Hands each dead letter that passes to `send`, oldest first, and lets go of it once that went well. */
  replay(filter: DeadLetterFilter, send: (message: Message) => void): number {
    const topic = this.#name.slice(0, -DEAD.length)
    const chosen = [...(this.#kept ?? [])].filter((stored) => {
      const dead = deadLetter(stored)
      return dead !== undefined && original(dead, topic) !== undefined && filter(dead)
    })
    for (const stored of chosen) {
      const dead = deadLetter(stored)
      const message = dead && original(dead, topic)
      if (message !== undefined) send(message)
      this.#kept?.delete(stored)
      stored.taken = true
    }
    return chosen.length
  }

  get #room(): number {
    return this.#host.retained - (this.#kept?.size ?? 0)
  }
}

// A copy each time: a filter may do with it what it likes.
const deadLetter = ({ message }: Stored): DeadLetter | undefined => (isRight(message) ? deadLetterOf(copyMessage(message.right)) : undefined)
