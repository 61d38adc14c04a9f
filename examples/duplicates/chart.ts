import { count, significant } from './format.js'
import { escapeHtml } from './html.js'
import type { Point } from './recorder.js'

/** One line of a chart; `area` fills what is below it, `steps` holds each value until the next. */
export interface Line {
  readonly name: string
  readonly tone: 'first' | 'second'
  readonly shape: 'line' | 'area' | 'steps'
  readonly points: readonly Point[]
}

export interface ChartOptions {
  readonly title: string
  /** Of the values: shown at the top of their axis. */
  readonly unit: string
  /** Values are whole numbers: so are the marks of their axis. */
  readonly whole: boolean
  readonly lines: readonly Line[]
  /** Where the axis of time ends, in ms; the same for charts to be compared. */
  readonly untilMs: number
}

const WIDTH = 340
const HEIGHT = 190
const LEFT = 46
const RIGHT = WIDTH - 14
const TOP = 26
const BOTTOM = HEIGHT - 34

/** One SVG picture: values over time, both axes with their unit. Colours are the page's CSS variables. */
export const chart = ({ title, unit, whole, lines, untilMs }: ChartOptions): string => {
  const highest = Math.max(0, ...lines.flatMap(({ points }) => points.map(({ value }) => value)))
  const values = ticks(highest, 4, whole)
  const times = timeTicks(untilMs)
  const top = values.at(-1) ?? 1
  const x = (ms: number): number => LEFT + ((RIGHT - LEFT) * ms) / Math.max(untilMs, times.at(-1)?.ms ?? 1, 1)
  const y = (value: number): number => BOTTOM - ((BOTTOM - TOP) * value) / top
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${title}: ${unit} over time, at most ${significant(highest)}`)}">`,
    `<text class="unit" x="4" y="14">${escapeHtml(unit)}</text>`,
    ...values.map((value) => `<path class="${value === 0 ? 'axis' : 'grid'}" d="M${LEFT} ${at(y(value))}H${RIGHT}"/><text class="mark" text-anchor="end" x="${LEFT - 6}" y="${at(y(value) + 4)}">${short(value)}</text>`),
    ...times.map(({ ms, label }) => `<path class="axis" d="M${at(x(ms))} ${BOTTOM}v4"/><text class="mark" text-anchor="middle" x="${at(x(ms))}" y="${BOTTOM + 16}">${label}</text>`),
    `<text class="unit" text-anchor="end" x="${RIGHT}" y="${HEIGHT - 4}">time since the start</text>`,
    ...lines.filter(({ points }) => points.length > 0).map((line) => drawn(line, x, y)),
    '</svg>',
  ].join('')
}

const drawn = ({ shape, tone, points }: Line, x: (ms: number) => number, y: (value: number) => number): string => {
  const corner = ({ atMs, value }: Point, index: number): string => {
    if (index === 0) return `M${at(x(atMs))} ${at(y(value))}`
    return shape === 'line' ? `L${at(x(atMs))} ${at(y(value))}` : `H${at(x(atMs))}V${at(y(value))}`
  }
  const path = points.map(corner).join('')
  const closed = `${path}V${BOTTOM}H${at(x(points[0]?.atMs ?? 0))}Z`
  return shape === 'area' ? `<path class="area ${tone}" d="${closed}"/>` : `<path class="line ${tone}" d="${path}"/>`
}

const at = (pixels: number): string => String(Math.round(pixels * 10) / 10)

const short = (value: number): string => (value >= 10_000 ? `${significant(value / 1000)}k` : significant(value))

/** Round numbers from 0 to the first at or above `highest`, about `parts` steps. */
export const ticks = (highest: number, parts: number, whole: boolean): readonly number[] => {
  const rough = Math.max(highest, whole ? parts : 1e-3) / parts
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10)
  const steps = Math.max(1, Math.ceil(highest / step - 0.001))
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

const SPANS = [100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000]

const timeTicks = (untilMs: number): readonly { ms: number; label: string }[] => {
  const span = SPANS.find((candidate) => candidate >= untilMs / 5) ?? Math.ceil(untilMs / 5 / 3_600_000) * 3_600_000
  const steps = Math.floor(Math.max(untilMs, span) / span)
  return Array.from({ length: steps + 1 }, (_, index) => ({ ms: index * span, label: timeLabel(index * span, span) }))
}

const timeLabel = (ms: number, span: number): string => {
  if (span < 1000) return `${(ms / 1000).toFixed(1)} s`
  if (span < 30_000) return `${count(ms / 1000)} s`
  return span < 1_800_000 ? `${significant(ms / 60_000)} min` : `${significant(ms / 3_600_000)} h`
}
