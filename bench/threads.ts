import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Piscina } from 'piscina'
import { lastValueFrom, reduce } from 'rxjs'
import { fixed, workerGroup, type Job, type Outcome } from 'rxcrew'
import { threads, type Thread } from 'rxcrew/threads'
import { race, type Peer, type Row } from './stand.js'

// CPU work in threads: a group of `rxcrew/threads` against piscina by hand, which is given all tasks at once; against the
// same where each task can be aborted, as each of a group can; and against a group over one pool, whose threads nobody owns.
const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '21' },
  threads: { type: 'string', default: '2' },
} })
const size = Number(values.threads)
const rounds = Number(values.rounds)

type Compute = typeof import('./threads/compute.js')

const filename = new URL('./threads/compute.js', import.meta.url)

const poolOf = (): Piscina<number, number> =>
  new Piscina<number, number>({ filename: fileURLToPath(filename), name: 'compute', minThreads: size, maxThreads: size, idleTimeout: Infinity })

const sum = (total: number, outcome: Outcome<number, number>): number => total + (outcome.type === 'completed' ? outcome.value : Number.NaN)

/** `tasks` of so many steps, by a group, by piscina, and by a group over piscina; all threads run before and after. */
const contest = async (ms: number, steps: number, tasks: number): Promise<readonly Row[]> => {
  const pool = poolOf()
  const shared = poolOf()
  const computing = threads<Compute>({ filename })
  const workers = { min: size, max: size }
  const owning = workerGroup<number, number, Thread<Compute>>({ worker: computing.worker, action: computing.handler('compute'), workers, scaling: fixed(size) })
  const sharing = workerGroup({ action: ({ input, signal }: Job<number>) => shared.run(input, { signal }), workers, scaling: fixed(size) })
  const inputs = Array.from({ length: tasks }, () => steps)
  const by = (name: string, group: typeof owning): Peer => ({ name, run: () => lastValueFrom(group.consume(inputs).pipe(reduce(sum, 0))) })
  const byHand = (name: string, options: () => { readonly signal?: AbortSignal }): Peer => ({
    name,
    run: async () => (await Promise.all(inputs.map((input) => pool.run(input, options())))).reduce((total, done) => total + done, 0),
  })
  const rows = await race({
    title: `${ms} ms`, messages: tasks, checksum: steps * tasks, rounds,
    ours: by('rxcrew/threads', owning),
    others: [
      byHand('piscina by hand', () => ({})),
      byHand('piscina by hand, with a signal each', () => ({ signal: new AbortController().signal })),
      by('a group over one pool', sharing),
    ],
  })
  await Promise.all([owning.drain(), sharing.drain()])
  await Promise.all([pool.destroy(), shared.destroy()])
  return rows
}

const calibrate = async (): Promise<number> => {
  const pool = poolOf()
  const steps: number = await pool.run(0, { name: 'stepsPerMs' })
  await pool.destroy()
  return steps
}

const stepsPerMs = await calibrate()
console.log(`${size} threads, ${rounds} rounds, each of all four; medians. Speed is theirs ÷ ours in time, so above 1 rxcrew is faster.\n`)
console.log('| work | who | ms per task | speed of rxcrew/threads ÷ this |\n|---|---|---:|---:|')
for (const [ms, tasks] of [[1, 400], [10, 60], [100, 8]] as const) {
  // eslint-disable-next-line no-await-in-loop -- one at a time is the point
  for (const { title, name, nsPerMessage, ratio } of await contest(ms, Math.round(stepsPerMs * ms), tasks)) {
    console.log(`| ${title} | ${name} | ${(nsPerMessage / 1e6).toFixed(3)} | ${(1 / ratio).toFixed(3)} |`)
  }
}
