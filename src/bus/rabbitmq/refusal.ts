/** The server, or the client, said no, and would say so again: a wrong password, a queue of another kind, a wrong protocol. */
export const isRefusal = (error: unknown): boolean => {
  const code = codeOf(error)
  // While a server starts, it refuses too.
  if (error instanceof Error && /vhost .* is down/.test(error.message)) return false
  // 320 is the server going down; what is missing (404) or held by another (405) is mended by declaring anew.
  if (typeof code === 'number') return REFUSALS.includes(code)
  // During the handshake the code is in the text alone.
  return error instanceof Error && /\b(?:403|530) \(|^Expected amqp: or amqps:/.test(error.message)
}

const REFUSALS = [403, 406, 501, 503, 530, 540]

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)

/** One sentence of what could not be done and what the server said, with the server's own error as its cause. */
export const refused = (what: string, cause: unknown): Error => new Error(`rabbitmqBus: ${what}: ${said(cause)}`, { cause })

const said = (cause: unknown): string => {
  // Each address of a host has an error of its own.
  if (cause instanceof AggregateError) return cause.errors.map(said).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
