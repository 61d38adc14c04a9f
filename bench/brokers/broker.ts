import type { Message, MessageBus } from 'rxcrew'

/** The group whose messages all contenders handle. */
export const GROUP = 'workers'
/** Handlers at once, and as many again in the process, so that the next is there when one ends. */
export const WORKERS = 64
export const CREDIT = 2 * WORKERS
/** Messages under way while publishing: none is sent before all of the piece before are confirmed. */
export const PIECE = 1_000

export interface Payload {
  readonly n: number
  readonly text: string
}

/** One contender, with everything before it that is not to be timed, for one topic. */
export interface Turn {
  /** Does the work; resolves to the sum of the numbers of all messages, by which it is told that it did. */
  readonly run: () => Promise<number>
  readonly end: () => Promise<unknown>
}

export interface Contender {
  readonly name: string
  readonly prepare: (topic: string, messages: readonly Message<Payload>[]) => Promise<Turn>
}

/** Sends messages one at a time, and has each handled. */
export interface Line {
  send(message: Message<Payload>): Promise<unknown>
  readonly end: () => Promise<unknown>
}

export interface LineMaker {
  readonly name: string
  /** @param handle - To be called with the payload of each message that comes. */
  open(topic: string, handle: (payload: Payload) => Promise<number>): Promise<Line>
}

/** A server that was started for the bench. */
export interface RunningBroker {
  readonly pid: number | undefined
  /** A bus that is connected; its user's to close. */
  readonly bus: () => Promise<MessageBus>
  /** The same work as one would write it by hand with the client of the broker. */
  readonly handlesByHand: Contender
  readonly publishesByHand: Contender
  readonly lineByHand: LineMaker
  /** Other libraries on the same server. */
  readonly others: { readonly handling: readonly Contender[]; readonly publishing: readonly Contender[] }
  /** Makes a topic with a group that nobody is in yet and that will get everything. */
  place(topic: string): Promise<unknown>
  /** Takes away everything of a topic. */
  forget(topic: string): Promise<unknown>
  close(): Promise<unknown>
}

export interface Broker {
  readonly name: string
  /** The program of its server, and where it is looked for if not on the PATH. */
  readonly program: string
  readonly folder?: string
  start(): Promise<RunningBroker>
}
