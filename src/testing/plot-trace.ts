import { check, checkOptions, nonEmptyString, whole } from '../core/options.js'
import { panel, pixels, type Curve, type Panel, type Place } from './plot-panel.js'
import { powerTicks, roundTicks, timeTicks } from './plot-scale.js'
import { arrivalSeries, held, latencySeries, thinned, waitingSeries, type Point } from './plot-series.js'
import { STYLE, TONES } from './plot-style.js'
import type { Trace } from './trace.js'

export interface PlotOptions {
  /** Above the picture; default none. */
  readonly title?: string | undefined
  /** What each trace is called, in their order; default the names of their policies. */
  readonly names?: readonly string[] | undefined
  /** Marked among the workers: how many the downstream bears. Default not. */
  readonly knee?: number | undefined
  /** In pixels, 320 to 4,000, default 760. */
  readonly width?: number | undefined
}

const LEFT = 64
const MARGIN = 22
const HEIGHT = 104
const GAP = 40
const STEEP = 30

const CODECS = {
  title: nonEmptyString,
  names: check('a list of names', (value): value is readonly string[] => Array.isArray(value) && value.every((name) => typeof name === 'string')),
  knee: whole(1),
  width: whole(320, 4_000),
}

/**
 * An SVG picture of a run, or of several laid over each other for comparison: arrivals, workers (alive, and wanted),
 * the line, and latency (p99 of waiting and service, of what ended at the time) over time. Readable in light and in dark.
 * Latency is on a scale of powers of ten where it spans more than a factor of 30. Workers are seen only of runs that
 * kept their trace.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const plotTrace = (traces: Trace | readonly Trace[], options: PlotOptions = {}): string => {
  checkOptions('plotTrace', CODECS, options)
  const all = 'measures' in traces ? [traces] : traces
  const { width = 760, title } = options
  const endMs = Math.max(1, ...all.map((trace) => trace.endMs))
  const legend = legendOf(all.map((trace, i) => options.names?.[i] ?? trace.policy), width, title === undefined ? 24 : 48)
  const panels = panelsOf(all, options.knee, endMs)
  const right = width - (options.knee === undefined ? MARGIN : 48)
  const places = panels.map((_, i): Place => {
    const top = legend.bottom + 34 + i * (HEIGHT + GAP)
    return { left: LEFT, right, top, bottom: top + HEIGHT, endMs }
  })
  const bottom = places.at(-1)?.bottom ?? 0
  const height = bottom + 46
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="rxcrew-plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(labelOf(all, title))}">`,
    `<style>${STYLE}</style><rect class="paper" width="${width}" height="${height}"/>`,
    title === undefined ? '' : `<text class="head" x="${MARGIN}" y="28">${escaped(title)}</text>`,
    legend.svg,
    ...panels.map((one, i) => panel(one, places[i] ?? { left: LEFT, right, top: 0, bottom: HEIGHT, endMs })),
    timeAxis(endMs, right, bottom),
    '</svg>',
  ].join('')
}

const panelsOf = (traces: readonly Trace[], knee: number | undefined, endMs: number): readonly Panel[] => {
  const [first] = traces
  const arrivals = first === undefined ? [] : held(arrivalSeries(first, endMs), endMs)
  const workers = traces.flatMap((trace, i) => workerCurves(trace, i, endMs))
  const waiting = traces.map((trace, i): Curve => ({ points: held(waitingSeries(trace, endMs), endMs), shape: 'steps', look: tone(i) }))
  const latency = traces.map((trace, i): Curve => ({ points: latencySeries(trace, endMs), shape: 'line', look: tone(i) }))
  return [
    evenPanel('arrivals per second', [{ points: arrivals, shape: 'area', look: 'soft' }], false),
    { ...evenPanel('workers: alive, and wanted (dashed)', workers, true, knee), level: knee === undefined ? undefined : { value: knee, name: 'knee' } },
    evenPanel('messages waiting', waiting, true),
    latencyPanel(latency),
  ]
}

const workerCurves = (trace: Trace, index: number, endMs: number): readonly Curve[] => {
  const steps = (points: readonly Point[], look: string): Curve => ({ points: held(thinned(points, endMs), trace.endMs), shape: 'steps', look })
  return [
    steps(trace.workers.map(({ atMs, live }) => ({ atMs, value: live })), tone(index)),
    steps(trace.decisions.map(({ atMs, wanted }) => ({ atMs, value: wanted })), `wanted ${tone(index)}`),
  ]
}

const tone = (index: number): string => `tone${index % TONES}`

const highest = (points: readonly Point[], least = 0): number => points.reduce((most, { value }) => Math.max(most, value), least)

const evenPanel = (title: string, curves: readonly Curve[], wholes: boolean, least = 0): Panel =>
  ({ title, ticks: roundTicks(highest(curves.flatMap(({ points }) => points), least), 4, wholes), powers: false, curves })

const latencyPanel = (curves: readonly Curve[]): Panel => {
  const points = curves.flatMap((curve) => curve.points).filter(({ value }) => value > 0)
  const most = highest(points)
  const least = points.reduce((low, { value }) => Math.min(low, value), Infinity)
  const title = 'latency: p99 of waiting and service, ms'
  return most > STEEP * least ? { title: `${title}, in powers of ten`, ticks: powerTicks(least, most), powers: true, curves } : evenPanel(title, curves, false)
}

const timeAxis = (endMs: number, right: number, bottom: number): string => {
  const { ticks, unit } = timeTicks(endMs)
  const marks = ticks.map(({ value, label }) => {
    const x = pixels(LEFT + ((right - LEFT) * value) / endMs)
    return `<path class="axis" d="M${x} ${bottom}v5"/><text class="mark" text-anchor="middle" x="${x}" y="${bottom + 18}">${label}</text>`
  })
  return `${marks.join('')}<text class="mark" text-anchor="end" x="${right}" y="${bottom + 36}">time since the start, ${unit}</text>`
}

/** One entry for each trace, in as many rows as they need. */
const legendOf = (names: readonly string[], width: number, top: number): { readonly svg: string; readonly bottom: number } => {
  let [x, y] = [MARGIN, top]
  const entries = names.map((name, i) => {
    const needed = 34 + name.length * 6.6 + 16
    if (x > MARGIN && x + needed > width - MARGIN) [x, y] = [MARGIN, y + 20]
    const entry = `<path class="key ${tone(i)}" d="M${x} ${y - 4}h22"/><text class="name" x="${x + 28}" y="${y}">${escaped(name)}</text>`
    x += needed
    return entry
  })
  return { svg: entries.join(''), bottom: y }
}

const labelOf = (traces: readonly Trace[], title = 'Simulated worker groups'): string =>
  `${title}: ${traces.map(({ policy, measures }) => `${policy}, ${measures.unfinished > 0 ? `${measures.unfinished} messages unfinished` : `p99 ${Math.round(measures.sojournMs.p99)} ms`}, ${Math.round(measures.workerSeconds)} worker-seconds`).join('; ')}`

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
