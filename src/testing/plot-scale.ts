/** A mark on an axis. */
export interface Tick {
  readonly value: number
  readonly label: string
}

const number = (value: number): string => {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  return value >= 10_000 ? `${Number((value / 1e3).toPrecision(3))}k` : String(Number(value.toPrecision(3)))
}

/** Round numbers from 0 to the first at or above `highest`, in about `parts` steps, whole ones if the values are. */
export const roundTicks = (highest: number, parts: number, whole: boolean): readonly Tick[] => {
  const rough = Math.max(highest, whole ? parts : 1e-6) / parts
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10)
  const steps = Math.max(1, Math.ceil(highest / step - 1e-3))
  return Array.from({ length: steps + 1 }, (_, i) => tick(Number((i * step).toPrecision(12))))
}

const tick = (value: number): Tick => ({ value, label: number(value) })

/** Powers of ten around all values, which are more than 0. */
export const powerTicks = (lowest: number, highest: number): readonly Tick[] => {
  const from = Math.floor(Math.log10(lowest) + 1e-9)
  const to = Math.max(from + 1, Math.ceil(Math.log10(highest) - 1e-9))
  return Array.from({ length: to - from + 1 }, (_, i) => tick(10 ** (from + i)))
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const SPANS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1, 2, 5, 10, 15, 30, 1, 2, 5, 10, 15, 30, 1, 2, 3, 6, 12, 24, 48, 120, 240].map((span, i) =>
  span * (i < 9 ? 1 : i < 15 ? SECOND : i < 21 ? MINUTE : HOUR))

/** Round moments from 0 up to `endMs`, at most nine, and the unit they are told in. */
export const timeTicks = (endMs: number): { readonly ticks: readonly Tick[]; readonly unit: string } => {
  const span = SPANS.find((candidate) => candidate >= endMs / 8) ?? Math.ceil(endMs / 8 / (240 * HOUR)) * 240 * HOUR
  const [unit, ms] = unitOf(span, endMs)
  const ticks = Array.from({ length: Math.floor(endMs / span) + 1 }, (_, i) => ({ value: i * span, label: number((i * span) / ms) }))
  return { ticks, unit }
}

const unitOf = (span: number, endMs: number): readonly [string, number] => {
  if (endMs < SECOND) return ['ms', 1]
  if (span < MINUTE) return ['s', SECOND]
  return span < HOUR ? ['min', MINUTE] : ['h', HOUR]
}
