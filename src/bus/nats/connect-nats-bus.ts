import { connect, type NodeConnectionOptions } from '@nats-io/transport-node'
import { checkOptions, having } from '../../core/options.js'
import { type NatsBus, natsBus } from './nats-bus.js'
import { type NatsTerms, TERMS } from './nats-options.js'
import { refusal } from './nats-refusal.js'

export interface NatsConnectOptions extends NatsTerms {
  /**
   * What the client is given: servers, user, password, TLS. By default it goes on trying to
   * reconnect, twice a second, and gives up a single try after 2,000 ms: the client's own default is 20 s.
   */
  readonly connect: NodeConnectionOptions
}

/**
 * A bus with a connection of its own, which it closes. Rejects with one error that names the address if nobody answers
 * there, or if the password is refused.
 *
 * @throws OptionsError
 */
export const connectNatsBus = async (options: NatsConnectOptions): Promise<NatsBus> => {
  checkOptions('connectNatsBus', { ...TERMS, connect: having('an object') }, options, undefined, ['connect'])
  const { connect: given, ...terms } = options
  const connection = await connect({ maxReconnectAttempts: -1, reconnectTimeWait: 500, timeout: 2_000, ...given }).catch((error: unknown) => {
    throw refusal(`there is no connection to ${String(given.servers ?? '127.0.0.1:4222')}`, error)
  })
  try {
    const bus = natsBus({ ...terms, connection })
    return { ...bus, close: () => bus.close().finally(() => connection.close()) }
  } catch (error) {
    await connection.close()
    throw error
  }
}
