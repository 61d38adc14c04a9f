import { once } from 'node:events'
import { createServer } from 'node:http'

/** What a service answers: well, that it is down, or that it has too much to do and when to come again, in s. */
export type Answer = 'well' | 'down' | { readonly tooManyFor: number }

/** A call, and how it was answered. */
export interface Call {
  readonly path: string
  readonly atMs: number
  readonly status: number
}

/** What handlers depend on, over HTTP on the loopback interface. */
export interface StubService {
  readonly url: string
  readonly calls: readonly Call[]
  answers(answer: Answer): void
  close(): Promise<void>
}

const statusOf = (answer: Answer): number => (answer === 'well' ? 200 : answer === 'down' ? 503 : 429)

export const stubService = async (): Promise<StubService> => {
  const calls: Call[] = []
  let now: Answer = 'well'
  const server = createServer(({ url = '' }, response) => {
    const status = statusOf(now)
    calls.push({ path: url, atMs: Date.now(), status })
    response.writeHead(status, typeof now === 'object' ? { 'retry-after': String(now.tooManyFor) } : {}).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the service has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    answers: (answer) => {
      now = answer
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
