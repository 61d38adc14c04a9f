import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Broker, RunningBroker } from './broker.js'
import { contest, type Score } from './contest.js'
import { latencies, type Latency } from './latency.js'
import { nats } from './nats.js'
import { handlesInGroup, handlesInHub, lineOnBus, publishesOnBus } from './ours.js'
import { rabbitmq } from './rabbitmq.js'
import { redis } from './redis.js'

// `npm run bench:brokers -- --quick --only=redis`
const BROKERS: readonly Broker[] = [redis, nats, rabbitmq]
const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length).split(',')
const size = process.argv.includes('--quick') ? { count: 5_000, rounds: 2, paced: 500, pacedRounds: 1 } : { count: 30_000, rounds: 5, paced: 3_000, pacedRounds: 3 }

const isThere = ({ program, folder }: Broker): boolean =>
  [...(folder === undefined ? (process.env['PATH'] ?? '').split(delimiter) : [folder])].some((place) => existsSync(join(place, program)))

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

const row = (...cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`)

const scoreRows = (broker: string, what: string, scores: readonly Score[]): void =>
  scores.forEach(({ name, rate, ratio, ownUs, serverUs }) =>
    row(broker, what, name, whole(rate), ratio.toFixed(2), ownUs.toFixed(1), serverUs === undefined ? '–' : serverUs.toFixed(1), '', ''))

const latencyRows = (broker: string, all: readonly Latency[]): void =>
  all.forEach(({ name, p50, p99, ratio }) => row(broker, 'published to handled', name, '1,000', ratio.toFixed(2), '', '', p50.toFixed(2), p99.toFixed(2)))

const measure = async (name: string, running: RunningBroker): Promise<void> => {
  const { bus: makeBus, others, handlesByHand, publishesByHand, lineByHand } = running
  const handling = [handlesInGroup(makeBus), handlesInHub(makeBus), handlesByHand, ...others.handling]
  scoreRows(name, 'handled, acknowledged', await contest(running, 'handling', handling, size.count, size.rounds))
  const publishing = [publishesOnBus(makeBus), publishesByHand, ...others.publishing]
  scoreRows(name, 'published, confirmed', await contest(running, 'publishing', publishing, size.count, size.rounds))
  latencyRows(name, await latencies(running, [lineOnBus(makeBus), lineByHand], size.paced, size.pacedRounds))
}

const wanted = BROKERS.filter(({ program }) => only === undefined || only.some((word) => program.startsWith(word)))
const missing = wanted.filter((broker) => !isThere(broker))

console.log(`Node ${process.version}, ${process.platform} ${process.arch}. Messages of 1 KB; ${whole(size.count)} in each of ${size.rounds} rounds, in turns, medians.`)
console.log('"ours ÷ it": the rate of the first line of its kind divided by that of this line; of published to handled, its p50 divided by this p50.\n')
row('broker', 'what', 'who', 'messages a second', 'ours ÷ it', 'own CPU, µs a message', "server's CPU", 'p50, ms', 'p99, ms')
console.log('|---|---|---|---:|---:|---:|---:|---:|---:|')
for (const broker of wanted.filter(isThere)) {
  // oxlint-disable no-await-in-loop -- one server at a time, or they would take the processors from each other
  const running = await broker.start()
  try {
    await measure(broker.name, running)
  } finally {
    await running.close()
  }
  // oxlint-enable no-await-in-loop
}
for (const { name, program } of missing) console.log(`\n${name} was not measured: there is no ${program} here (on Debian: apt-get install ${program}).`)
console.log('\nKafka was not measured: the mock broker that the specs use says nothing of the time a real one takes.')
