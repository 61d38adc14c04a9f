import { check, checkOptions, milliseconds, whole, within } from '../core/options.js'
import { inOrder } from './limit.js'

export interface ExploringOptions {
  /** Fewest it wants by itself, and to begin with; 1 or more, default 1. The group's bounds win. */
  readonly min?: number | undefined
  /** Most it wants by itself; `min` or more, default 30. The group's bounds win. */
  readonly max?: number | undefined
  /** Time from one look to the next, in ms; 1 or more, default 5,000. A look waits for the next sample. */
  readonly everyMs?: number | undefined
  /** How often it tries another size instead of moving to the fastest, as a share: 0 to 1, default 0.4. */
  readonly explore?: number | undefined
  /** How often it tries a smaller one then, as a share: 0 to 1, default 0.2. */
  readonly downwards?: number | undefined
  /** How far it goes to try, as a share of the size: 0 to 1, default 0.1. */
  readonly step?: number | undefined
  /** Known sizes compared when it moves, half of them on either side; 2 or more, default 16. */
  readonly neighbours?: number | undefined
  /** Never fully busy for longer than this, in ms, it comes down; 1 or more, default 72 hours. */
  readonly underusedMs?: number | undefined
  /** To this share of the most it saw in use: 0 to 1, default 0.8. */
  readonly downsize?: number | undefined
  /** Weight of the latest measurement of a size: above 0, up to 1, default 0.5. */
  readonly weight?: number | undefined
  /** Chance in what it tries; a whole number, 0 or more, default 0. */
  readonly seed?: number | undefined
}

export type ExploringRule = { readonly [K in keyof ExploringOptions]-?: number }

const DEFAULTS: ExploringRule = {
  min: 1, max: 30, everyMs: 5_000, explore: 0.4, downwards: 0.2, step: 0.1, neighbours: 16, underusedMs: 72 * 3_600_000, downsize: 0.8, weight: 0.5, seed: 0,
}

const CODECS = {
  min: whole(1),
  max: whole(1),
  everyMs: milliseconds(1),
  explore: within(0, 1),
  downwards: within(0, 1),
  step: within(0, 1),
  neighbours: whole(2),
  underusedMs: milliseconds(1),
  downsize: within(0, 1),
  weight: check('a number above 0, up to 1', (value): value is number => typeof value === 'number' && value > 0 && value <= 1),
  seed: whole(0),
}

/** The options, all there. @throws {OptionsError} When one is out of range, or `max` is below `min`. */
export const exploringRule = (options: ExploringOptions): ExploringRule => {
  checkOptions('exploring', CODECS, options, inOrder(DEFAULTS))
  return { ...DEFAULTS, ...given(options) }
}

const given = (options: ExploringOptions): Partial<ExploringRule> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
