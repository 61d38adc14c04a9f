/** An injected fault, as whoever used the bus meets it. */
export class InjectedError extends Error {
  override readonly name = 'InjectedError'
}

/** The connection is gone: what was unsettled comes again. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'

  constructor() {
    super('the connection to the bus is lost')
  }
}
