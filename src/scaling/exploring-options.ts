import { milliseconds, whole, within } from '../core/options.js'
import { chanceSeed, notNegative } from './option-codecs.js'

export interface ExploringOptions {
  /** Fewest workers wanted; 1 or more, at most `upperBound`, default 1. The group's `min` wins. */
  readonly lowerBound?: number | undefined
  /** Most workers wanted; 1 or more, default 30. The group's `max` wins. */
  readonly upperBound?: number | undefined
  /** The span between two changes, in ms; 1 or more, default 5,000. */
  readonly actionIntervalMs?: number | undefined
  /** How often it tries another number at random; a chance from 0 to 1, default 0.4. */
  readonly chanceOfExploration?: number | undefined
  /** How often it then tries fewer; a chance from 0 to 1, default 0.2. */
  readonly chanceOfRampingDownWhenFull?: number | undefined
  /** How far it explores, as a share of the workers; 0 or more, default 0.1. */
  readonly exploreStepSize?: number | undefined
  /** How many of the nearest numbers that were tried it compares, half of them on each side; 2 or more, default 16. */
  readonly optimizationRange?: number | undefined
  /** What is left of the most workers that were busy at once when it shrinks, as a share; 0 or more, default 0.8. */
  readonly downsizeRatio?: number | undefined
  /** How long not all workers were busy at once before it shrinks, in ms; 1 or more, default 72 hours. */
  readonly downsizeAfterUnderutilizedForMs?: number | undefined
  /** How much the latest measurement of a number weighs; a share from 0 to 1, default 0.5. */
  readonly weightOfLatestMetric?: number | undefined
  /** What chance starts from; a whole number from 0 to 2³² − 1, default 1. */
  readonly seed?: number | undefined
}

export const EXPLORING_CODECS = {
  lowerBound: whole(1),
  upperBound: whole(1),
  actionIntervalMs: milliseconds(1),
  chanceOfExploration: within(0, 1, 'a chance'),
  chanceOfRampingDownWhenFull: within(0, 1, 'a chance'),
  exploreStepSize: notNegative,
  optimizationRange: whole(2),
  downsizeRatio: notNegative,
  downsizeAfterUnderutilizedForMs: milliseconds(1),
  weightOfLatestMetric: within(0, 1, 'a share'),
  seed: chanceSeed,
}

type Given = Omit<ExploringOptions, 'lowerBound' | 'upperBound'>

export type ExploringSettings = { readonly [Name in keyof Given]-?: NonNullable<Given[Name]> } & { readonly minLimit: number; readonly maxLimit: number }

const HOUR_MS = 3_600_000

export const exploringSettings = ({
  lowerBound = 1, upperBound = 30, actionIntervalMs = 5_000, chanceOfExploration = 0.4, chanceOfRampingDownWhenFull = 0.2, exploreStepSize = 0.1,
  optimizationRange = 16, downsizeRatio = 0.8, downsizeAfterUnderutilizedForMs = 72 * HOUR_MS, weightOfLatestMetric = 0.5, seed = 1,
}: ExploringOptions): ExploringSettings => ({
  minLimit: lowerBound, maxLimit: upperBound, actionIntervalMs, chanceOfExploration, chanceOfRampingDownWhenFull, exploreStepSize,
  optimizationRange, downsizeRatio, downsizeAfterUnderutilizedForMs, weightOfLatestMetric, seed,
})
