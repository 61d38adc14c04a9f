import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import { PermissionViolationError } from '@nats-io/transport-node'

/** The error and what caused it, from the outermost inwards. */
const chain = (error: unknown): readonly unknown[] => {
  const links: unknown[] = []
  for (let link = error; link !== undefined && !links.includes(link); link = link instanceof Error ? link.cause : undefined) links.push(link)
  return links
}

const apiError = (error: unknown): JetStreamApiError | undefined => chain(error).find((link) => link instanceof JetStreamApiError)

export const isStreamMissing = (error: unknown): boolean => apiError(error)?.code === JetStreamApiCodes.StreamNotFound

export const isConsumerMissing = (error: unknown): boolean => apiError(error)?.code === JetStreamApiCodes.ConsumerNotFound

/**
 * Whether asking again is of no use: no permission, no JetStream, or a configuration that the server does not take. All
 * else passes: a server that is starting, a connection that was cut, an answer that came too late.
 *
 * @param hasJetStream - Whether the server says that it has JetStream, though nobody answers for it.
 */
export const isRefusal = (error: unknown, hasJetStream: boolean): boolean => {
  const links = chain(error)
  if (links.some((link) => link instanceof PermissionViolationError)) return true
  const api = apiError(error)
  if (api !== undefined) return api.status < 500 && api.status !== 408
  return !hasJetStream && links.some(isNoJetStream)
}

// The client has this class, but does not offer it.
const isNoJetStream = (link: unknown): boolean => link instanceof Error && link.name === 'JetStreamNotEnabled'

/** One sentence for whoever listens or publishes: what was tried, and why it is refused. */
export const refusal = (what: string, error: unknown): Error => {
  const links = chain(error)
  const telling = links.find(isNoJetStream) ?? links.at(-1)
  return new Error(`natsBus: ${what}: ${telling instanceof Error ? telling.message : String(telling)}`, { cause: error })
}
