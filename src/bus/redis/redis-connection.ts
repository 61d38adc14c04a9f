/** A command and its arguments, as Redis takes them. */
export type RedisCommand = readonly string[]

/** One connection of the bus's own, over whichever client. It never reconnects by itself and repeats no command. */
export interface RedisConnection {
  /** Resolves when it takes commands; rejects with why it never will. */
  readonly ready: Promise<void>
  /** Sends at once, behind whatever was sent before; rejects with what the server answered, or when the connection ends. */
  send(command: RedisCommand): Promise<unknown>
  /** Ends it without waiting for anything. */
  destroy(): void
}

/** Makes a connection and starts to connect it; `onEnd` is told once if it ends after it was ready. */
export type OpenConnection = (onEnd: (reason: Error) => void) => RedisConnection
