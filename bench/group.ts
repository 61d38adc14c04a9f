import PQueue from 'p-queue'
import { Subject } from 'rxjs'
import { fixed, scaleMap, workerGroup, type GroupOptions, type Job } from 'rxcrew'
import { fed } from './fed.js'
import { race, type Peer, type Row } from './stand.js'

const AT_ONCE = 16
const WINDOW = 1_000

const work = async (message: number): Promise<number> => message + 1

/** Feeds a Subject so that never more than `WINDOW` messages are on their way; resolves to the sum of the results. */
const drive = (messages: number, source$: Subject<number>, connect: (onResult: (result: number) => void) => void): Promise<number> =>
  fed(messages, WINDOW)((message) => source$.next(message), connect)

type Extra = Partial<GroupOptions<number, number>>

const group = (name: string, messages: number, extra: Extra = {}): Peer => ({
  name,
  run: async () => {
    const source$ = new Subject<number>()
    const crew = workerGroup({
      action: ({ input }: Job<number>) => work(input),
      workers: { min: AT_ONCE, max: AT_ONCE },
      scaling: fixed(AT_ONCE),
      ...extra,
    })
    const watch = crew.stats$.subscribe()
    const sum = await drive(messages, source$, (onResult) =>
      source$.pipe(crew.run()).subscribe((outcome) => onResult(outcome.type === 'completed' ? outcome.value : Number.NaN)),
    )
    watch.unsubscribe()
    await crew.stop()
    return sum
  },
})

const bare = (messages: number): Peer => ({
  name: 'scaleMap(handler, 16)',
  run: () => {
    const source$ = new Subject<number>()
    return drive(messages, source$, (onResult) => source$.pipe(scaleMap(work, AT_ONCE)).subscribe(onResult))
  },
})

const queue = (messages: number, timeout?: number): Peer => ({
  name: timeout === undefined ? 'p-queue' : 'p-queue with timeout',
  run: () => {
    const source$ = new Subject<number>()
    const line = new PQueue({ concurrency: AT_ONCE, ...(timeout === undefined ? {} : { timeout }) })
    return drive(messages, source$, (onResult) => source$.subscribe((message) => void line.add(() => work(message)).then(onResult)))
  },
})

/** A group against the bare operator, and against a queue; `share` (0–1, default 1) makes all of it smaller. */
export const groupRows = async (share = 1): Promise<readonly Row[]> => {
  const messages = Math.max(2_000, Math.round(100_000 * share))
  const rounds = Math.max(1, Math.round(11 * share))
  const checksum = (messages * (messages + 1)) / 2
  const retry = { maxAttempts: 3 }
  const common = { messages, checksum, rounds }
  return [
    ...(await race({ ...common, title: 'group: retry, stats', ours: group('group', messages, { retry }), others: [bare(messages), queue(messages)] })),
    ...(await race({ ...common, title: 'group: and timeout', ours: group('group with timeout', messages, { retry, timeoutMs: 10_000 }), others: [bare(messages), queue(messages, 10_000)] })),
  ]
}
