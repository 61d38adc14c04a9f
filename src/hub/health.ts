import { describe } from '../core/describe.js'
import type { BusStatus, MessageBus } from '../bus/bus.js'
import type { GroupHealth, HubHealth, HubPhase } from './hub-contract.js'

/** What has gone wrong at the edge to the bus, until it goes well again. */
export class Problems {
  readonly #texts = new Map<string, string>()

  /** Without an error, it went well. */
  readonly note = (what: string, error?: unknown): void => {
    if (error !== undefined) this.#texts.set(what, `${what} failed: ${describe(error)}`)
    else if (this.#texts.size > 0) this.#texts.delete(what)
  }

  get all(): readonly string[] {
    return [...this.#texts.values()]
  }
}

export const healthOf = (phase: HubPhase, bus: Pick<MessageBus, 'status$'>, groups: readonly GroupHealth[], problems: readonly string[]): HubHealth => {
  const seen: BusStatus[] = ['connecting']
  bus.status$.subscribe({ next: (status) => void seen.push(status), error: () => void seen.push('lost') }).unsubscribe()
  const status = seen.at(-1) ?? 'connecting'
  const ok = phase === 'running' && (status === 'live' || status === 'degraded') && problems.length === 0 && groups.every(({ consuming }) => consuming)
  return { ok, phase, bus: status, groups, problems }
}
