/** One contender: does all the work of a round and resolves to a checksum, by which it is told that it did. */
export interface Peer {
  readonly name: string
  run(): Promise<number>
}

/** What is measured: the first peer against each of the others, in one process. */
export interface Race {
  readonly title: string
  /** Messages that each peer handles in a round. */
  readonly messages: number
  /** What `run` of every peer has to resolve to. */
  readonly checksum: number
  readonly rounds: number
  readonly ours: Peer
  readonly others: readonly Peer[]
}

export interface Row {
  readonly title: string
  readonly name: string
  /** Median time per message, in ns. */
  readonly nsPerMessage: number
  /** Median over the rounds of our time divided by this peer's, in the same round: below 1 we are faster. */
  readonly ratio: number
}

/**
 * Every round runs every peer once, so that what disturbs the machine disturbs all of them; who goes first changes
 * from round to round, so that nobody always pays for another's garbage. One more round, not counted, warms up.
 */
export const race = async ({ title, messages, checksum, rounds, ours, others }: Race): Promise<readonly Row[]> => {
  const peers = [ours, ...others]
  const timesMs = peers.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < peers.length; turn++) {
      const place = (round + turn) % peers.length
      // eslint-disable-next-line no-await-in-loop -- one at a time is the point
      const tookMs = await timed(peers[place], checksum)
      if (round > 0) timesMs[place]?.push(tookMs)
    }
  }
  const [oursMs = []] = timesMs
  return timesMs.map((theirsMs, place) => ({
    title,
    name: peers[place]?.name ?? '',
    nsPerMessage: (median(theirsMs) * 1e6) / messages,
    ratio: median(theirsMs.map((tookMs, round) => (oursMs[round] ?? Number.NaN) / tookMs)),
  }))
}

const timed = async (peer: Peer | undefined, checksum: number): Promise<number> => {
  if (peer === undefined) throw new Error('no such peer')
  globalThis.gc?.()
  const startMs = performance.now()
  const done = await peer.run()
  const tookMs = performance.now() - startMs
  if (done !== checksum) throw new Error(`${peer.name} did not do all the work: ${done} instead of ${checksum}`)
  return tookMs
}

/** The middle value; of an even number of values, the mean of the middle two. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** The rows as a Markdown table. */
export const table = (rows: readonly Row[]): string =>
  ['| what | who | ns per message | ours / theirs |', '|---|---|---:|---:|', ...rows.map(line)].join('\n')

const line = ({ title, name, nsPerMessage, ratio }: Row): string =>
  `| ${title} | ${name} | ${nsPerMessage.toFixed(0)} | ${ratio.toFixed(2)} |`
