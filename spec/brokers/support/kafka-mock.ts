import { startChild } from './child.js'

/** A Kafka in one process: librdkafka's own mock. Topics appear when first named, with four partitions. */
export interface KafkaMock {
  readonly brokers: readonly string[]
  end(): Promise<void>
}

const ADDRESS = /bootstrap\.servers=([\d.]+:\d+)/

export const kafkaMock = async (): Promise<KafkaMock> => {
  // A consumer that keeps it alive: the mock lives in the client that it was asked of.
  const child = startChild('kcat', ['-b', '127.0.0.1:1', '-X', 'test.mock.num.brokers=1', '-d', 'mock', '-G', 'keeper', 'keepalive'])
  await child.printed('bootstrap.servers=')
  const address = ADDRESS.exec(child.output())?.[1]
  if (address === undefined) throw new Error(`kcat does not tell its address:\n${child.output()}`)
  return { brokers: [address], end: () => child.end('SIGKILL') }
}
