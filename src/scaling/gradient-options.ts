import { flag, milliseconds, whole, within } from '../core/options.js'
import { chanceSeed, notNegative } from './option-codecs.js'
import { type Percentile, percentileCodec } from './service-time.js'

export interface GradientOptions {
  /** Fewest workers wanted, and as many as there are while the time without load is measured; 1 or more, at most `maxLimit`, default 3. The group's `min` wins. */
  readonly minConcurrency?: number | undefined
  /** Most workers wanted; 1 or more, default 1,000. The group's `max` wins. */
  readonly maxLimit?: number | undefined
  /** The span between two measurements of the time without load, in ms; 1 or more, default 60,000 (Envoy has no default). */
  readonly minRttIntervalMs?: number | undefined
  /** Attempts that make a measurement; from 1 to 1,000, default 50. */
  readonly minRttRequests?: number | undefined
  /** How much longer than without load a service time may be, as a share of that; 0 or more, default 0.25. */
  readonly buffer?: number | undefined
  /** By how much the span between measurements may be longer, as a share of it; from 0 to 1, default 0.15. */
  readonly jitter?: number | undefined
  /** Whether the limit grows only while at least half of it is in use; default true. False is as Envoy does. */
  readonly applicationLimited?: boolean | undefined
  /** Which service time of a window it goes by; default `'p50'`. */
  readonly percentile?: Percentile | undefined
  /** What chance starts from; a whole number from 0 to 2³² − 1, default 1. */
  readonly seed?: number | undefined
}

export const GRADIENT_CODECS = {
  minConcurrency: whole(1),
  maxLimit: whole(1),
  minRttIntervalMs: milliseconds(1),
  minRttRequests: whole(1, 1_000),
  buffer: notNegative,
  jitter: within(0, 1, 'a share'),
  applicationLimited: flag,
  percentile: percentileCodec,
  seed: chanceSeed,
}

export type GradientSettings = { readonly [Name in keyof Omit<GradientOptions, 'minConcurrency'>]-?: NonNullable<GradientOptions[Name]> } & { readonly minLimit: number }

export const gradientSettings = ({
  minConcurrency = 3, maxLimit = 1_000, minRttIntervalMs = 60_000, minRttRequests = 50, buffer = 0.25, jitter = 0.15, applicationLimited = true,
  percentile = 'p50', seed = 1,
}: GradientOptions): GradientSettings =>
  ({ minLimit: minConcurrency, maxLimit, minRttIntervalMs, minRttRequests, buffer, jitter, applicationLimited, percentile, seed })
