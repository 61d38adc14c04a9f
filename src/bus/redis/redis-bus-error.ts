export type RedisBusErrorCode =
  /** No connection could be made: the address is wrong, or no server is there. */
  | 'unreachable'
  /** The connection ended before the answer: whether the command was carried out is not known. */
  | 'disconnected'
  /** The server took the password for wrong, or wants one. */
  | 'refused'
  /** The user has no right to a command or key. */
  | 'forbidden'
  /** A key of that name holds something else than a stream. */
  | 'wrongType'
  /** The server has no memory left, or may not write. */
  | 'full'
  /** The server does not know a command: Redis 6.2 or newer is needed. */
  | 'tooOld'
  /** Anything else that it answered with. */
  | 'failed'
  /** The bus was closed. */
  | 'closed'

const HINTS: Readonly<Record<RedisBusErrorCode, string>> = {
  unreachable: 'there is no connection to Redis',
  disconnected: 'the connection to Redis ended before it answered',
  refused: 'Redis refuses the user or password',
  forbidden: 'the Redis user lacks a right',
  wrongType: 'a key in Redis is not of the type it should be',
  full: 'Redis takes no writes',
  tooOld: 'Redis 6.2 or newer is needed',
  failed: 'Redis answered with an error',
  closed: 'the bus is closed',
}

/** What went wrong between the bus and Redis. `cause` is what the client or the server said. */
export class RedisBusError extends Error {
  override readonly name = 'RedisBusError'

  readonly code: RedisBusErrorCode

  constructor(code: RedisBusErrorCode, what: string, cause?: unknown) {
    const said = cause instanceof Error ? `: ${cause.message || cause.name}` : ''
    super(`redisBus: ${what}: ${HINTS[code]}${said}`, { cause })
    this.code = code
  }

  /** Trying again would end the same way until somebody sets it right. */
  get isFinal(): boolean {
    return FINAL.includes(this.code)
  }

  /** It is the connection that failed; it is being remade. */
  get isCut(): boolean {
    return CUT.includes(this.code)
  }
}

const CUT: readonly RedisBusErrorCode[] = ['unreachable', 'disconnected']

const FINAL: readonly RedisBusErrorCode[] = ['refused', 'forbidden', 'wrongType', 'tooOld', 'closed']

const CODES: readonly (readonly [RegExp, RedisBusErrorCode])[] = [
  [/^(?:WRONGPASS|NOAUTH)|^ERR (?:invalid password|Client sent AUTH)/, 'refused'],
  [/NOPERM/, 'forbidden'],
  [/WRONGTYPE/, 'wrongType'],
  [/(?:^|\b)(?:OOM|READONLY|MISCONF|NOREPLICAS) /, 'full'],
  [/unknown (?:sub)?command|Unknown subcommand/i, 'tooOld'],
]

const codeOf = ({ message }: Error): RedisBusErrorCode => CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'failed'

/** What the server answered, explained. */
export const answeredWith = (what: string, error: unknown): RedisBusError =>
  error instanceof RedisBusError ? error : new RedisBusError(error instanceof Error ? codeOf(error) : 'failed', what, error)

/** The same for what is told to whoever publishes: nobody there knows of the command that a connection ended under. */
export const publishingFailed = (error: unknown): RedisBusError =>
  error instanceof RedisBusError ? new RedisBusError(error.code, PUBLISHING, error.cause) : answeredWith(PUBLISHING, error)

const PUBLISHING = 'publishing'

/** Why there is no connection, explained. */
export const noConnection = (what: string, error: Error): RedisBusError => {
  const code = codeOf(error)
  return new RedisBusError(code === 'failed' ? 'unreachable' : code, what, error)
}

/** The stream or its group is gone: the server was emptied, or somebody deleted it. */
export const isGone = (error: unknown): boolean => error instanceof Error && /NOGROUP|UNBLOCKED|no such key/i.test(error.message)

/** An answer of the server begins with its code; what a client says of its connection does not. */
export const isReply = (error: unknown): boolean => error instanceof Error && /^-?[A-Z]{2,}\b/.test(error.message)

/** The server cannot just now, and says so: it loads its data, looks for its primary, is full. */
export const isPassing = (error: unknown): boolean => error instanceof Error && /^-?(?:LOADING|MASTERDOWN|TRYAGAIN|BUSY|OOM|READONLY|MISCONF|NOREPLICAS)\b/.test(error.message)
