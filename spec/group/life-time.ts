import { map, type Observable, timer } from 'rxjs'
import type { GroupStats, Phase } from '../../src/core/group-stats.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { VirtualTime } from '../support/virtual-time.js'

/** What a worker owns in these specs: it knows its number and how often it was given back. */
export interface Tool {
  readonly id: number
  released: number
}

type Given = GroupOptions<number, number, Tool>

interface Options extends Partial<Omit<Given, 'scheduler' | 'worker'>> {
  readonly scheduler?: VirtualTime
  readonly worker?: Partial<NonNullable<Given['worker']>>
}

export interface Life {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number, number>
  /** Every outcome, as `type payload @moment`. */
  readonly told: string[]
  readonly outcomes: Outcome<number, number>[]
  readonly escalations: Escalation<number>[]
  readonly phases: Phase[]
  readonly live: number[]
  /** Every tool acquired by the default worker, in order. */
  readonly tools: Tool[]
  /** Every start, as `payload #worker @moment`. */
  readonly starts: string[]
  /** Offers each; what is refused is counted. */
  send(...inputs: number[]): void
  refused: number
  /** Whether the books do not balance, and where. */
  readonly wrong: string[]
}

/** A strategy whose wait is the same each time. */
export const restartOneAfter = (ms: number): ReturnType<typeof restartOne> => restartOne({ backoff: constant(ms) })

/**
 * A group under virtual time. An item says what becomes of it: it takes as many ms as its absolute value and fails if
 * it is negative. Handlers are Observables, so `clock.jump` runs a span without a promise in between.
 */
export const lifeOf = (options: Options = {}): Life => {
  const { scheduler: clock = new VirtualTime() } = options
  const tools: Tool[] = []
  const starts: string[] = []
  const work = ({ input, worker }: Job<number, Tool>): Observable<number> => {
    starts.push(`${input} #${worker.id} @${clock.now()}`)
    return timer(Math.abs(input), clock).pipe(map(() => {
      if (input < 0) throw new Error(`failed after ${-input}`)
      return input
    }))
  }
  const acquire = (): Tool => {
    const tool = { id: tools.length + 1, released: 0 }
    tools.push(tool)
    return tool
  }
  const group = workerGroup<number, number, Tool>({
    name: 'g',
    action: work,
    supervision: restartOneAfter(100),
    random: () => 0.5,
    scheduler: clock,
    ...options,
    worker: { acquire, release: (tool) => { tool.released += 1 }, ...options.worker },
  })
  const life: Life = {
    clock, group, tools, starts, told: [], outcomes: [], escalations: [], phases: [], live: [], wrong: [], refused: 0,
    send: (...inputs) => {
      for (const input of inputs) group.offer(input).catch(() => { life.refused += 1 })
    },
  }
  group.outcomes$.subscribe((outcome) => {
    life.outcomes.push(outcome)
    life.told.push(`${outcome.type} ${outcome.message.payload} @${clock.now()}`)
    life.wrong.push(...imbalance(group.stats()))
  })
  group.escalations$.subscribe((escalation) => life.escalations.push(escalation))
  group.status$.subscribe((phase) => life.phases.push(phase))
  group.live$.subscribe((live) => life.live.push(live))
  return life
}

const imbalance = (stats: GroupStats): readonly string[] => {
  const { received, waiting, inFlight, retrying, processed, failed, rejected, timedOut, cancelled, expired, dropped, handedBack } = stats
  const placed = waiting + inFlight + retrying + processed + failed + rejected + timedOut + cancelled + expired + dropped + handedBack
  const right = received === placed && stats.live >= 0 && stats.live <= stats.max && stats.available === stats.max - stats.live
  return right ? [] : [JSON.stringify(stats)]
}

/** Tools acquired and not given back. */
export const held = ({ tools }: Life): readonly number[] => tools.filter(({ released }) => released === 0).map(({ id }) => id)

/** Whether every tool was given back, and none twice. */
export const eachReleasedOnce = ({ tools }: Life): boolean => tools.every(({ released }) => released === 1)
