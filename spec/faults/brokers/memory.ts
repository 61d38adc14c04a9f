import type { Broker, FaultBroker } from '../fault-broker.js'
import { unused } from '../fault-broker.js'
import { memoryOn } from '../memory-buses.js'

let places = 0

/** No server: what is behind it is in this process, for all that name the same place. */
const start = async (): Promise<Broker> => {
  places += 1
  const port = places
  return {
    port,
    settled: unused,
    kill: unused,
    stop: unused,
    restart: unused,
    publishRaw: (topic, raw) => memoryOn(port, { leaseMs: 1_000 }).publishRaw(topic, raw),
    deleteTopic: unused,
    deleteGroups: unused,
    block: unused,
    close: () => memoryOn(port, { leaseMs: 1_000 }).close(),
  }
}

const NO_SERVER = 'it has no server: it is in the process that uses it'
const ONE_PROCESS = 'it is of one process, and ends with it'

export const MEMORY: FaultBroker = {
  name: 'memory',
  without: {
    'T1 killed under load': NO_SERVER,
    'T1 stopped under load': NO_SERVER,
    'T1 killed while idle': NO_SERVER,
    'T1 three flaps': NO_SERVER,
    'T1 black hole': NO_SERVER,
    'T1 groups deleted': NO_SERVER,
    'T1 topic deleted': NO_SERVER,
    'T2 handler outlives its lease': ONE_PROCESS,
    'T3 event loop blocked for three leases': ONE_PROCESS,
    'T4 dead letters blocked': 'storing a dead letter cannot fail there',
    'T4 a message that kills its process': ONE_PROCESS,
    'T5 SIGTERM with 200 in flight': ONE_PROCESS,
    'T6 workers killed under load': ONE_PROCESS,
  },
  startsOver: false,
  forgetsAcks: false,
  repeatsWhenLowered: false,
  leasesKeptBy: 'server',
  silenceMs: 0,
  start,
}
