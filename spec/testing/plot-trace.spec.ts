import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { poisson, squareWave } from '../../src/testing/arrival-patterns.js'
import { recordedArrivals } from '../../src/testing/arrivals.js'
import { powerTicks, roundTicks, timeTicks } from '../../src/testing/plot-scale.js'
import { arrivalSeries, COLUMNS, latencySeries, thinned, waitingSeries } from '../../src/testing/plot-series.js'
import { plotTrace } from '../../src/testing/plot-trace.js'
import { constantly, lognormal } from '../../src/testing/service-times.js'
import { simulate } from '../../src/testing/simulate.js'

const wave = simulate({
  policy: demand({ deliveryWaitMs: 100, maxIdleMs: 2_000 }), arrivals: squareWave({ lowPerSecond: 5, highPerSecond: 100, periodMs: 20_000 }), service: lognormal(50, 1),
  bounds: { min: 1, max: 20 }, untilMs: 60_000,
})
const alone = simulate({ policy: fixed(1), arrivals: recordedArrivals([0, 100, 100]), service: constantly(1_000), bounds: { min: 1, max: 1 } })

const count = (svg: string, what: RegExp): number => [...svg.matchAll(what)].length

const labels = (ticks: readonly { readonly label: string }[]): readonly string[] => ticks.map(({ label }) => label)

describe('the picture of a run', () => {
  it('shows arrivals, workers, the line and latency, each with its unit and marks', () => {
    const svg = plotTrace(wave)
    for (const title of ['arrivals per second', 'workers: alive, and wanted (dashed)', 'messages waiting', 'latency: p99 of waiting and service, ms', 'time since the start, s']) expect(svg).toContain(title)
    expect(count(svg, /<path class="line tone0"/g)).toBe(3)
    expect(count(svg, /<path class="line wanted tone0"/g)).toBe(1)
    expect(count(svg, /<path class="area soft"/g)).toBe(1)
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*prefers-color-scheme:dark[^]*<\/svg>$/)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('lays several runs over each other, each with its own colour and name', () => {
    const svg = plotTrace([wave, alone], { names: ['<wave>', 'alone & slow'], title: 'Two "runs"', knee: 6 })
    expect(count(svg, /<path class="key tone\d"/g)).toBe(2)
    expect(count(svg, /<path class="line tone1"/g)).toBe(3)
    for (const text of ['&lt;wave&gt;', 'alone &amp; slow', 'Two &quot;runs&quot;', 'class="level"', '>knee<']) expect(svg).toContain(text)
  })

  it('is the same for the same runs', () => {
    expect(plotTrace([wave, alone])).toBe(plotTrace([wave, alone]))
  })

  it('breaks the names into rows where they do not fit', () => {
    const rows = (width: number): number => new Set([...plotTrace([wave, wave, wave, wave], { width, names: ['a rather long name', 'another one of these', 'and one more', 'last'] }).matchAll(/class="name" x="[\d.]+" y="([\d.]+)"/g)].map(([, y]) => y)).size
    expect([rows(320), rows(1_200)]).toEqual([3, 1])
  })

  it('shows latency in powers of ten where it spans too much', () => {
    const slow = simulate({ policy: fixed(1), arrivals: poisson(100), service: constantly(20), bounds: { min: 1, max: 1 }, untilMs: 10_000 })
    expect(plotTrace(slow)).toContain('in powers of ten')
    expect(plotTrace(alone)).not.toContain('in powers of ten')
  })

  it('bears a run without messages, and one whose decisions were not kept', () => {
    const nothing = simulate({ policy: fixed(1), arrivals: recordedArrivals([]), service: constantly(1), bounds: { min: 1, max: 1 } })
    const bare = simulate({ policy: fixed(0), arrivals: recordedArrivals([1]), service: constantly(1), bounds: { min: 0, max: 1 }, trace: false })
    for (const svg of [plotTrace(nothing), plotTrace(bare), plotTrace([])]) expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  it.each([{ width: 10 }, { knee: 0 }, { title: '' }])('refuses %o', (options) => {
    expect(() => plotTrace(wave, options)).toThrow(OptionsError)
  })
})

describe('what a picture shows', () => {
  it('is the most that waited in each column', () => {
    const series = waitingSeries(alone, 2_400)
    const at = (ms: number): number | undefined => series.find(({ atMs }) => atMs + 10 > ms)?.value
    expect([at(0), at(50), at(100), at(500), at(1_100), at(2_200)]).toEqual([0, 0, 2, 2, 1, 0])
  })

  it('is the rate of arrivals, and the p99 of what ended', () => {
    expect(arrivalSeries(alone, 2_400).filter(({ value }) => value > 0)).toEqual([{ atMs: 0, value: 100 }, { atMs: 100, value: 200 }])
    expect(latencySeries(alone, 3_000).map(({ value }) => value)).toEqual([1_000, 1_900, 2_900])
  })

  it('is of many steps those that can be seen', () => {
    const steps = Array.from({ length: 10_000 }, (_, atMs) => ({ atMs, value: atMs === 5_003 ? 99 : atMs % 7 }))
    const kept = thinned(steps, 10_000)
    expect(kept.length).toBeLessThanOrEqual(3 * COLUMNS)
    expect(kept).toContainEqual({ atMs: 5_003, value: 99 })
    expect(kept.at(-1)).toEqual(steps.at(-1))
    expect(thinned(steps.slice(0, 900), 10_000)).toEqual(steps.slice(0, 900))
  })
})

describe('the marks of an axis', () => {
  it('are round numbers up to the highest value', () => {
    expect(labels(roundTicks(7, 4, true))).toEqual(['0', '2', '4', '6', '8'])
    expect(labels(roundTicks(0, 4, true))).toEqual(['0', '1'])
    expect(labels(roundTicks(0.3, 4, false))).toEqual(['0', '0.1', '0.2', '0.3'])
    expect(labels(roundTicks(40_000, 4, false))).toEqual(['0', '10k', '20k', '30k', '40k'])
    expect(labels(roundTicks(2e6, 2, true))).toEqual(['0', '1M', '2M'])
  })

  it('are powers of ten around all values', () => {
    expect(labels(powerTicks(20, 3_000))).toEqual(['10', '100', '1000', '10k'])
    expect(labels(powerTicks(10, 10))).toEqual(['10', '100'])
  })

  it.each([
    [500, 'ms', ['0', '100', '200', '300', '400', '500']],
    [3_000, 's', ['0', '0.5', '1', '1.5', '2', '2.5', '3']],
    [105_000, 's', ['0', '15', '30', '45', '60', '75', '90', '105']],
    [7_200_000, 'min', ['0', '15', '30', '45', '60', '75', '90', '105', '120']],
    [86_400_000, 'h', ['0', '3', '6', '9', '12', '15', '18', '21', '24']],
  ])('of time are round moments: up to %i ms in %s', (endMs, unit, marks) => {
    const { ticks, unit: told } = timeTicks(endMs)
    expect([told, labels(ticks)]).toEqual([unit, marks])
  })

  it('of time are few however long it is', () => {
    for (const endMs of [1, 7, 999, 1_001, 1e5, 1e9, 1e12]) expect(timeTicks(endMs).ticks.length).toBeLessThanOrEqual(10)
  })
})
