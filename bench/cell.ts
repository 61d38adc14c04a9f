import type { HandlerName } from './handlers.js'

/** Where messages come from: one for each that was handled, so that `window` are on their way; all at once; asked for. */
export type Source = { readonly type: 'window'; readonly size: number } | { readonly type: 'backlog' } | { readonly type: 'async iterable' }

/** One table: the same work for all contenders. */
export interface Cell {
  readonly name: string
  readonly handler: HandlerName
  readonly atOnce: number
  readonly source: Source
  /** Most messages in a round; where depth does not matter, a slow contender is given fewer. */
  readonly messages: number
  /** Names of those that take part. */
  readonly contenders: readonly string[]
}

/** What one round of one contender took. */
export interface Measure {
  readonly messages: number
  readonly wallMs: number
  readonly cpuMs: number
  /** Bytes on the heap that the round has added; only if nothing was collected meanwhile. */
  readonly bytes: number | undefined
}
