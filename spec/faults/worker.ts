import type { Job } from 'rxcrew'
import { crewOn, TOPIC, type Work } from './crew.js'
import { faultBus, isBusName } from './fault-bus.js'
import { fileJournal } from './journal.js'

/** How a worker process is told what to do: the one argument of the program, as JSON. */
export interface WorkerOrders {
  readonly bus: string
  readonly port: number
  readonly journal: string
  readonly leaseMs: number
  readonly maxAttempts: number
  readonly workers: number
  readonly prefetch: number
  /** How long a handler takes, in ms; it heeds its abort unless the id of its message says otherwise. */
  readonly workMs: number
  readonly deadlineMs: number
  /** How long a handler that blocks its process does so, in ms. */
  readonly spinMs: number
}

const isOrders = (value: unknown): value is WorkerOrders => typeof value === 'object' && value !== null && 'bus' in value && 'journal' in value

const ordersOf = (text = ''): WorkerOrders => {
  const value: unknown = JSON.parse(text)
  if (!isOrders(value)) throw new Error(`no orders: ${text}`)
  return value
}

const orders = ordersOf(process.argv[2])
const { bus: name, port, leaseMs, maxAttempts, workers, prefetch, workMs, deadlineMs, spinMs } = orders
if (!isBusName(name)) throw new Error(`no such bus: ${name}`)

const after = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new Error('aborted'))
    })
  })

const spin = (ms: number): void => {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

/** What a handler does, by the first word of the id of its message. */
const KINDS: Readonly<Record<string, (job: Job) => Promise<unknown> | void>> = {
  exits: () => process.exit(7),
  spins: () => spin(spinMs),
  quick: () => after(20),
  deaf: () => after(60_000),
  never: () => new Promise(() => undefined),
  slow: ({ signal }) => after(60_000, signal),
  sends: ({ message, send }) => after(500).then(() => send(`${TOPIC}.out`, message.id)),
}

const work: Work = async (job) => (KINDS[job.message.id.split('-')[0] ?? ''] ?? (() => after(workMs, job.signal)))(job)

const bus = await faultBus(name, port, { leaseMs, maxAttempts })
const crew = crewOn(bus, { journal: fileJournal(orders.journal), leaseMs, work, prefetch, workers: { min: workers, max: workers } })

const leave = async (): Promise<void> => {
  await crew.hub.drain({ deadlineMs, graceMs: 200, then: 'handBack' })
  await bus.close()
  process.stdout.write(`late ${bus.lateCount()}\n`)
  process.exit(0)
}

process.on('unhandledRejection', (error) => {
  process.stderr.write(`unhandled: ${String(error)}\n`)
  process.exit(8)
})
process.once('SIGTERM', () => {
  process.once('SIGTERM', () => process.exit(1))
  process.stdout.write('leaving\n')
  void leave()
})
process.stdout.write('ready\n')
