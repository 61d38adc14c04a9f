import * as t from 'io-ts'
import { type Check, check, MAX_TIMER_MS } from '../core/options.js'

/** So many workers, or so many percent of those at the start of the period, in any period of `perMs`. */
export type RampStep =
  | { readonly workers: number; readonly perMs: number; readonly percent?: undefined }
  | { readonly percent: number; readonly perMs: number; readonly workers?: undefined }

/** How fast one direction may go. */
export interface RampRule {
  /** One or more; each number whole and 1 or more, percent downwards at most 100, `perMs` in ms. */
  readonly steps?: readonly RampStep[] | undefined
  /** Of several steps the one that allows most (`'max'`, the default) or least (`'min'`); `'disabled'`: it does not go there. */
  readonly select?: 'max' | 'min' | 'disabled' | undefined
}

/** A change of what was wanted: workers added, or taken away if negative. */
export interface RampChange {
  readonly atMs: number
  readonly by: number
}

type Direction = 'up' | 'down'

/** The furthest that a rule lets go from `current` at a moment: never back, whatever has happened in the period. */
export const limitOf = (direction: Direction, { steps = [], select = 'max' }: RampRule, current: number, changes: readonly RampChange[], nowMs: number): number => {
  if (select === 'disabled') return current
  const starts = steps.map((step) => [step, current - changed(changes, nowMs - step.perMs)] as const)
  if (direction === 'up') return Math.max(current, Math[select](...starts.map(([step, start]) => above(step, start))))
  return Math.min(current, Math[select === 'max' ? 'min' : 'max'](...starts.map(([step, start]) => below(step, start))))
}

/** Strictly younger than the period, as Kubernetes has it. */
const changed = (changes: readonly RampChange[], sinceMs: number): number => changes.reduce((sum, { atMs, by }) => (atMs > sinceMs ? sum + by : sum), 0)

// Percent is multiplied before it is divided: 1 + p / 100 is not exact, and one worker too many after rounding.
const above = ({ workers, percent = 0 }: RampStep, start: number): number =>
  // Percent of none would be none for ever.
  workers === undefined ? Math.max(1, Math.ceil((start * (100 + percent)) / 100)) : start + workers

const below = ({ workers, percent = 0 }: RampStep, start: number): number =>
  workers === undefined ? Math.floor((start * (100 - percent)) / 100) : start - workers

const isWhole = (value: unknown, max = Number.MAX_SAFE_INTEGER): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max

const isStep = (mostPercent: number) => (step: unknown): boolean => {
  if (!t.UnknownRecord.is(step) || !isWhole(step['perMs'], MAX_TIMER_MS)) return false
  return step['percent'] === undefined ? isWhole(step['workers']) : step['workers'] === undefined && isWhole(step['percent'], mostPercent)
}

/** One step or more; whole numbers only. */
export const stepsCodec = (mostPercent?: number): Check =>
  check(
    `one or more of { workers, perMs } and { percent, perMs }, each whole and 1 or more${mostPercent === undefined ? '' : `, percent at most ${mostPercent}`}`,
    (value): value is unknown => t.UnknownArray.is(value) && value.length > 0 && value.every(isStep(mostPercent ?? Number.MAX_SAFE_INTEGER)),
  )
