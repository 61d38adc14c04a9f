import { setTimeout as pause } from 'node:timers/promises'
import { median } from '../stand.js'
import type { LineMaker, RunningBroker } from './broker.js'
import { messageOf } from './messages.js'

const A_SECOND = 1_000

/** From publishing to having been handled, in ms. */
export interface Latency {
  readonly name: string
  readonly p50: number
  readonly p99: number
  /** The p50 of the first divided by this one's: below 1 the first is faster. */
  readonly ratio: number
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
}

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN

/** Sends at an even pace, whatever the timers do: each time as many as are due. */
const measure = async (maker: LineMaker, topic: string, count: number): Promise<Quantiles> => {
  const sentMs: number[] = []
  const took: number[] = []
  let finish: () => void = () => undefined
  const all = new Promise<void>((resolve) => {
    finish = resolve
  })
  const line = await maker.open(topic, async ({ n }) => {
    took.push(performance.now() - (sentMs[n] ?? Number.NaN))
    if (took.length === count) finish()
    return n
  })
  const sending: Promise<unknown>[] = []
  const startMs = performance.now()
  while (sending.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - startMs) * A_SECOND) / 1_000))
    for (let n = sending.length; n < due; n += 1) {
      sentMs[n] = performance.now()
      sending.push(line.send(messageOf(topic, n)))
    }
    // oxlint-disable-next-line no-await-in-loop -- the pace is the point
    await pause(1)
  }
  await Promise.all([...sending, all])
  await line.end()
  const sorted = took.toSorted((a, b) => a - b)
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) }
}

/** Each line in each round, in turns; medians of the rounds. One more round warms up. */
export const latencies = async (broker: RunningBroker, makers: readonly LineMaker[], count: number, rounds: number): Promise<readonly Latency[]> => {
  const seen = makers.map((): Quantiles[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [place, maker] of makers.entries()) {
      const topic = `latency-${round}-${place}`
      // oxlint-disable no-await-in-loop -- one at a time is the point
      await broker.place(topic)
      const one = await measure(maker, topic, count)
      await broker.forget(topic)
      // oxlint-enable no-await-in-loop
      if (round > 0) seen[place]?.push(one)
    }
  }
  const [first = []] = seen
  return makers.map(({ name }, place) => ({
    name,
    p50: median((seen[place] ?? []).map(({ p50 }) => p50)),
    p99: median((seen[place] ?? []).map(({ p99 }) => p99)),
    ratio: median((seen[place] ?? []).map(({ p50 }, round) => (first[round]?.p50 ?? Number.NaN) / p50)),
  }))
}
