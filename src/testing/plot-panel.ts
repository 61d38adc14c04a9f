import type { Point } from './plot-series.js'
import type { Tick } from './plot-scale.js'

/** One line of a panel. */
export interface Curve {
  readonly points: readonly Point[]
  /** `steps` holds each value until the next; `area` does, and is filled down to 0. */
  readonly shape: 'line' | 'steps' | 'area'
  /** Classes of its style. */
  readonly look: string
}

export interface Panel {
  readonly title: string
  readonly ticks: readonly Tick[]
  /** The scale runs over powers of ten. */
  readonly powers: boolean
  readonly curves: readonly Curve[]
  /** A level to be marked, with its name. */
  readonly level?: { readonly value: number; readonly name: string } | undefined
}

/** Where a panel lies, in pixels, and how long its axis of time is. */
export interface Place {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly endMs: number
}

export const pixels = (value: number): string => String(Math.round(value * 10) / 10)

export const panel = ({ title, ticks, powers, curves, level }: Panel, place: Place): string => {
  const { left, right, top, bottom, endMs } = place
  const x = (ms: number): number => left + ((right - left) * ms) / endMs
  const y = heights(ticks, powers, top, bottom)
  const mark = ({ value, label }: Tick, i: number): string =>
    `<path class="${i === 0 ? 'axis' : 'grid'}" d="M${left} ${pixels(y(value))}H${right}"/><text class="mark" text-anchor="end" x="${left - 8}" y="${pixels(y(value) + 4)}">${label}</text>`
  return [
    `<text class="title" x="${left}" y="${top - 9}">${title}</text>`,
    ...ticks.map(mark),
    ...(level === undefined ? [] : [`<path class="level" d="M${left} ${pixels(y(level.value))}H${right}"/><text class="mark" x="${right + 5}" y="${pixels(y(level.value) + 4)}">${level.name}</text>`]),
    // The first is drawn last: it lies on top.
    ...curves.filter(({ points }) => points.length > 0).toReversed().map((curve) => drawn(curve, x, y, place)),
  ].join('')
}

/** How high a value stands; what is off the scale stands at its edge. */
const heights = (ticks: readonly Tick[], powers: boolean, top: number, bottom: number): ((value: number) => number) => {
  const scale = (value: number): number => (powers ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value)
  const [low, high] = [scale(ticks[0]?.value ?? 0), scale(ticks.at(-1)?.value ?? 1)]
  return (value) => bottom - (bottom - top) * Math.min(1, Math.max(0, (scale(value) - low) / (high - low)))
}

const drawn = ({ points, shape, look }: Curve, x: (ms: number) => number, y: (value: number) => number, { bottom }: Place): string => {
  const corner = ({ atMs, value }: Point, i: number): string => {
    if (i === 0) return `M${pixels(x(atMs))} ${pixels(y(value))}`
    return shape === 'line' ? `L${pixels(x(atMs))} ${pixels(y(value))}` : `H${pixels(x(atMs))}V${pixels(y(value))}`
  }
  const path = points.map(corner).join('')
  return shape === 'area'
    ? `<path class="area ${look}" d="${path}V${bottom}H${pixels(x(points[0]?.atMs ?? 0))}Z"/>`
    : `<path class="line ${look}" d="${path}"/>`
}
