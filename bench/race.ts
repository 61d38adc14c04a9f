import type { Cell, Measure } from './cell.js'
import { COUNTING, lane, type Lane } from './lane.js'
import { median, spread } from './summary.js'

export interface Effort {
  readonly rounds: number
  /** How long a round should take: who is slow is given fewer messages, where depth does not matter. */
  readonly roundMs: number
}

/** What a contender took for one message. */
export interface Figure {
  readonly name: string
  readonly idiom: string
  /** Time of the processor, of all threads: what others do on the machine is not in it, as it is in the time that passes. */
  readonly cpuNs: number
  /** Half of the rounds were no further from it. */
  readonly spreadNs: number
  readonly ns: number
  readonly bytes: number
  /** CPU time of the fastest round. */
  readonly bestNs: number
}

const LEAST = 500
/** A contender whose rounds take longer than this in all has had enough of them. */
const PATIENCE_ROUNDS = 30
/**
 * Until code has been compiled, which takes its time where others want the processor too; and some rounds at the least,
 * since V8 compiles anew what is made once a round, such as a group, when it has seen some of them.
 */
const WARM_MS = 600
const WARM_UPS = 20
const PATIENCE_MS = 4_000

/** How many messages a round has, found while warming up. */
const sized = async (one: Lane, { source, messages }: Cell, roundMs: number): Promise<number> => {
  let size = source.type === 'backlog' ? messages : LEAST
  let spentMs = 0
  for (let warm = 0; (warm < WARM_UPS || spentMs < WARM_MS) && spentMs < PATIENCE_MS; warm++) {
    // eslint-disable-next-line no-await-in-loop -- each is sized by the one before
    const { wallMs } = await one.round(size)
    spentMs += wallMs
    if (source.type !== 'backlog') size = Math.round(Math.min(messages, Math.max(LEAST, (size * roundMs) / wallMs)))
  }
  return size
}

interface Runner {
  readonly one: Lane
  readonly size: number
  readonly rounds: Measure[]
}

/**
 * Every round runs every contender once, each in its own process while the others wait, so that what disturbs the
 * machine disturbs all of them; who goes first changes from round to round.
 */
const interleaved = async (runners: readonly Runner[], { rounds, roundMs }: Effort): Promise<void> => {
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < runners.length; place++) {
      const runner = runners[(round + place) % runners.length]
      const spentMs = runner?.rounds.reduce((sum, { wallMs }) => sum + wallMs, 0) ?? 0
      // eslint-disable-next-line no-await-in-loop -- one at a time is the point
      if (spentMs < roundMs * PATIENCE_ROUNDS) runner?.rounds.push(await runner.one.round(runner.size))
    }
  }
}

/** While code is being compiled it allocates more than it will: so many rounds are not counted. */
const COMPILED = 5
const COUNTED = 3

/** Bytes for each message, counted in a process of its own whose heap is so large that nothing is collected. */
const allocated = async (name: string, cell: Cell, size: number): Promise<number> => {
  const one = await lane(name, cell, COUNTING)
  const counts: number[] = []
  for (let round = 0; round < COUNTED + COMPILED; round++) {
    // eslint-disable-next-line no-await-in-loop -- one after the other
    const { bytes = Number.NaN, messages } = await one.round(size)
    if (round >= COMPILED) counts.push(bytes / messages)
  }
  one.close()
  return median(counts.filter((count) => !Number.isNaN(count)))
}

const figure = ({ one, rounds }: Runner, bytes: number): Figure => {
  const roundsNs = rounds.map(({ wallMs, messages }) => (wallMs * 1e6) / messages)
  const roundsCpuNs = rounds.map(({ cpuMs, messages }) => (cpuMs * 1e6) / messages)
  return { name: one.name, idiom: one.idiom, ns: median(roundsNs), spreadNs: spread(roundsCpuNs), cpuNs: median(roundsCpuNs), bestNs: Math.min(...roundsCpuNs), bytes }
}

/** Runs a cell; rejects when any contender has not done all of its work. */
export const race = async (cell: Cell, effort: Effort): Promise<readonly Figure[]> => {
  const runners: Runner[] = []
  for (const name of cell.contenders) {
    // eslint-disable-next-line no-await-in-loop -- nobody warms up beside another
    const one = await lane(name, cell)
    // eslint-disable-next-line no-await-in-loop -- nor is sized beside another
    runners.push({ one, size: await sized(one, cell, effort.roundMs), rounds: [] })
  }
  await interleaved(runners, effort)
  for (const { one } of runners) one.close()
  const figures: Figure[] = []
  for (const runner of runners) {
    const most = 10_000
    // eslint-disable-next-line no-await-in-loop -- one after the other
    figures.push(figure(runner, await allocated(runner.one.name, cell, Math.min(most, runner.size))))
  }
  return figures
}

/** Ours divided by theirs, of the fastest round of each: what else happens on a machine only ever adds to a round. */
export const ratio = (ours: Figure, theirs: Figure): number => ours.bestNs / theirs.bestNs
