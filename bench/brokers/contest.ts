import { existsSync, readFileSync } from 'node:fs'
import type { Message } from 'rxcrew'
import { median } from '../stand.js'
import type { Contender, Payload, RunningBroker } from './broker.js'
import { messagesOf, sumOf } from './messages.js'

/** What one contender came to. */
export interface Score {
  readonly name: string
  /** Messages a second. */
  readonly rate: number
  /** The rate of the first contender divided by this one's, in the same rounds: above 1 the first is faster. */
  readonly ratio: number
  /** CPU time of this process for each message, in µs; and the server's, where the system tells. */
  readonly ownUs: number
  readonly serverUs: number | undefined
}

interface Took {
  readonly ms: number
  readonly ownUs: number
  readonly serverUs: number | undefined
}

// What Linux counts the time of processes in, on every machine that Node runs on.
const TICKS_A_SECOND = 100

/** CPU time of a process so far, in µs. */
export const cpuUsOf = (pid: number | undefined): number | undefined => {
  const file = `/proc/${pid}/stat`
  if (pid === undefined || !existsSync(file)) return undefined
  // The name of the program may have spaces; what follows it is numbers.
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_A_SECOND
}

const timed = async (broker: RunningBroker, { name, prepare }: Contender, topic: string, messages: readonly Message<Payload>[]): Promise<Took> => {
  await broker.place(topic)
  const turn = await prepare(topic, messages)
  const [serverBefore, ownBefore, startMs] = [cpuUsOf(broker.pid), process.cpuUsage(), performance.now()]
  const sum = await turn.run()
  const ms = performance.now() - startMs
  const { user, system } = process.cpuUsage(ownBefore)
  const serverAfter = cpuUsOf(broker.pid)
  await turn.end()
  await broker.forget(topic)
  if (sum !== sumOf(messages)) throw new Error(`${name} did not do all the work: ${sum} instead of ${sumOf(messages)}`)
  const serverUs = serverBefore === undefined || serverAfter === undefined ? undefined : serverAfter - serverBefore
  return { ms, ownUs: user + system, serverUs }
}

/**
 * Every round has every contender once, so that what disturbs the machine disturbs all of them, and who goes first changes.
 * One more round, not counted, warms up. Garbage is collected when the runtime says so: asked for, it would be paid by nobody.
 */
export const contest = async (broker: RunningBroker, title: string, contenders: readonly Contender[], count: number, rounds: number): Promise<readonly Score[]> => {
  const took = contenders.map((): Took[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const place = (round + turn) % contenders.length
      const contender = contenders[place]
      const topic = `${title}-${round}-${place}`
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      const one = contender === undefined ? undefined : await timed(broker, contender, topic, messagesOf(topic, count))
      if (round > 0 && one !== undefined) took[place]?.push(one)
    }
  }
  const [first = []] = took
  return contenders.map(({ name }, place) => scoreOf(name, took[place] ?? [], first, count))
}

const scoreOf = (name: string, took: readonly Took[], first: readonly Took[], count: number): Score => {
  const server = took.flatMap(({ serverUs }) => serverUs ?? [])
  return {
    name,
    rate: (count / median(took.map(({ ms }) => ms))) * 1_000,
    ratio: median(took.map(({ ms }, round) => ms / (first[round]?.ms ?? Number.NaN))),
    ownUs: median(took.map(({ ownUs }) => ownUs)) / count,
    // One reading is rough: ticks of 10 ms. All rounds together are less so.
    serverUs: server.length === 0 ? undefined : server.reduce((sum, us) => sum + us, 0) / server.length / count,
  }
}
