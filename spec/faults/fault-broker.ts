import type { BusName } from './fault-bus.js'
import type { Fault } from './faults.js'

/** A server that a fault may do anything to. It keeps what it has confirmed, through a SIGKILL too. */
export interface Broker {
  readonly port: number
  /** Resolves once it outlives being killed that this topic has its group. */
  settled(topic: string): Promise<void>
  kill(): Promise<void>
  /** Ends it as its keeper does. */
  stop(): Promise<void>
  /** Starts it again with what it had; resolves when it is ready. */
  restart(): Promise<void>
  /** Puts bytes on a topic, as a foreign program would. */
  publishRaw(topic: string, raw: string): Promise<void>
  /** Removes a topic with everything in it. */
  deleteTopic(topic: string): Promise<void>
  /** Removes what the server knows of the groups of a topic. */
  deleteGroups(topic: string): Promise<void>
  /** From now on nothing can be stored on this topic, which has nothing yet; the answer ends that. */
  block(topic: string): Promise<() => Promise<void>>
  /** Ends it, and takes away what it kept. */
  close(): Promise<void>
}

/** One entry for each bus: a new one needs nothing else, and its maker in `fault-bus.ts`. */
export interface FaultBroker {
  readonly name: BusName
  /** What is not tried on it, and why. */
  readonly without: Readonly<Partial<Record<Fault, string>>>
  /** A group that was deleted begins again with everything its topic still has. */
  readonly startsOver: boolean
  /** Killed, it may come back without the latest acknowledgements, though it had confirmed them: what was handled comes again. */
  readonly forgetsAcks: boolean
  /** What it was told the end of may come again when the limit of its listener falls, seldom and a few at a time. */
  readonly repeatsWhenLowered: boolean
  /** Who keeps leases: the server, or the process that has the message, so that one which is blocked has it until its connection is taken for dead. */
  readonly leasesKeptBy: 'server' | 'process'
  /** How long a connection may be silent before it is taken for dead, in ms. */
  readonly silenceMs: number
  start(): Promise<Broker>
}

/** Not to be called: what needs it is not tried on this bus. */
export const unused = (): never => {
  throw new Error('this fault is not for this bus')
}
