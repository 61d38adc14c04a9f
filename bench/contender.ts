/** What is done with each message: it adds one, at once or later. */
export type Handler =
  | { readonly kind: 'sync'; readonly call: (message: number) => number }
  | { readonly kind: 'later'; readonly call: (message: number) => Promise<number> }

/** Takes the result of one message. */
export type Tell = (result: number) => void

/** What a contender is given to do. */
export interface Task {
  readonly handler: Handler
  readonly atOnce: number
  readonly tell: Tell
}

/** Takes messages one at a time, whenever they come. */
export interface Line {
  send(message: number): void
  /** Gives back what it holds. */
  close?(): unknown
}

/**
 * One way to handle messages, some at once. It is asked in the form that a source has, and written as its own
 * documentation would have it; a backlog is pushed into a contender that has no form for it.
 */
export interface Contender {
  /** How it is used, in a few words: told below the table. */
  readonly idiom: string
  /** Messages come one at a time. */
  readonly push?: (task: Task) => Line
  /** All messages are there. */
  readonly all?: (task: Task, messages: readonly number[]) => unknown
  /** Messages have to be asked for. */
  readonly pull?: (task: Task, messages: AsyncIterable<number>) => unknown
}

/** By their names in the tables. */
export type Contenders = Readonly<Record<string, Contender>>
