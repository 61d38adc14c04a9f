import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { readTraffic } from '../../src/runner/traffic-file.js'
import { demand } from '../../src/scaling/demand.js'
import { recordedArrivals } from '../../src/testing/arrivals.js'
import { recordedServices } from '../../src/testing/service-times.js'
import { simulate } from '../../src/testing/simulate.js'
import { commandStand, rowOf } from './command-stand.js'

const { file, run } = commandStand()

const lists = (text: string): unknown => {
  const read = readTraffic('t.csv', text)
  return read._tag === 'Left' ? read.left : [[...read.right.arrivalMs], [...read.right.serviceMs]]
}

describe('a file of recorded traffic', () => {
  it.each([
    ['in plain', 'arrivalMs,serviceMs\n0,5\n10,6.5\n'],
    ['from a spreadsheet', '\uFEFF"serviceMs","arrivalMs"\r\n5,"100"\r\n6.5,110\r\n'],
    ['with more columns, spaces and blank lines', 'id, arrivalMs ,serviceMs,kind\n\n7,1.7e12, 5 ,a\n,,,\n8,1700000000010,6.5,b'],
  ])('is read %s, from its first arrival on', (_, text) => {
    expect(lists(text)).toEqual([[0, 10], [5, 6.5]])
  })

  it.each([
    ['', ['t.csv:1 should name the columns arrivalMs and serviceMs, but is ""']],
    ['\n0,5\n', ['t.csv:2 should name the columns arrivalMs and serviceMs, but is "0,5"']],
    ['arrivalMs;serviceMs\n1;2', ['t.csv:1 should name the columns arrivalMs and serviceMs, but is "arrivalMs;serviceMs"']],
    ['arrivalMs,serviceMs\n', ['t.csv should have a line for each message, but has none after its first']],
    ['arrivalMs,serviceMs\n5,1\n4,1', ['t.csv:3 arrivalMs should be at least 5, that of the row before, but is 4: sort the rows']],
    ['arrivalMs,serviceMs\n1\n\nx,-3', [
      't.csv:2 serviceMs should be milliseconds from 0 to 86400000, but is missing',
      't.csv:4 arrivalMs should be milliseconds, 0 or more, but is "x"',
      't.csv:4 serviceMs should be milliseconds from 0 to 86400000, but is "-3"',
    ]],
    ['arrivalMs,serviceMs\n0x10,1e9\nNaN,\nInfinity,1e999', [
      't.csv:2 arrivalMs should be milliseconds, 0 or more, but is "0x10"',
      't.csv:2 serviceMs should be milliseconds from 0 to 86400000, but is "1e9"',
      't.csv:3 arrivalMs should be milliseconds, 0 or more, but is "NaN"',
      't.csv:3 serviceMs should be milliseconds from 0 to 86400000, but is ""',
      't.csv:4 arrivalMs should be milliseconds, 0 or more, but is "Infinity"',
      't.csv has 1 more problems',
    ]],
  ])('is refused, with the lines: %j', (text, problems) => {
    expect(lists(text)).toEqual(problems)
  })

  const rows = fc.array(fc.record({ gapMs: fc.nat(1_000), serviceMs: fc.nat(5_000) }), { minLength: 1 })

  test.prop([rows, fc.nat(1_000_000)])('is read as it was written', (written, startMs) => {
    let atMs = startMs
    const times = written.map(({ gapMs }, i) => (i === 0 ? atMs : (atMs += gapMs)))
    const text = ['arrivalMs,serviceMs', ...written.map(({ serviceMs }, i) => `${times[i]},${serviceMs}`)].join('\n')
    expect(lists(text)).toEqual([times.map((ms) => ms - startMs), written.map(({ serviceMs }) => serviceMs)])
  })

  test.prop([fc.string({ unit: fc.constantFrom('arrivalMs', 'serviceMs', ',', '\n', '1', '"', '-', 'x', '.', '\r') })])('is never half read', (text) => {
    const read = readTraffic('t.csv', text)
    if (read._tag === 'Left') expect(read.left.length).toBeGreaterThan(0)
    else expect(() => [recordedArrivals(read.right.arrivalMs), recordedServices(read.right.serviceMs)]).not.toThrow()
  })
})

describe('--traffic', () => {
  const arrivalMs = Array.from({ length: 300 }, (_, i) => i * 20 + (i > 150 ? 3_000 : 0))
  const serviceMs = arrivalMs.map((_, i) => 20 + (i * 37) % 100)
  const traffic = file('traffic.csv', ['arrivalMs,serviceMs', ...arrivalMs.map((ms, i) => `${ms},${serviceMs[i]}`)].join('\n'))

  it('tries policies on what was recorded', async () => {
    const { code, output } = await run('simulate', '--traffic', traffic)
    const { measures } = simulate({ arrivals: recordedArrivals(arrivalMs), service: recordedServices(serviceMs), bounds: { min: 1, max: 10 }, policy: demand() })
    expect(code).toBe(0)
    expect(output).toContain('arrivals recorded, 300 messages')
    expect(rowOf(output, 'demand').slice(0, 4).map(Number)).toEqual([measures.waitMs.p50, measures.waitMs.p99, measures.sojournMs.p50, measures.sojournMs.p99].map((ms) => Number(ms.toPrecision(3))))
  })

  it('may be cut to its beginning', async () => {
    const { output } = await run('simulate', '--traffic', traffic, '--policy', 'fixed:1', '--count', '10')
    expect(rowOf(output, 'fixed:1')[5]).toBe((serviceMs.slice(0, 10).reduce((sum, ms) => sum + ms) / 1_000).toFixed(2))
  })

  it('excludes formulas, and has its problems told beside theirs', async () => {
    const { code, errors } = await run('simulate', '--traffic', file('bad.csv', 'arrivalMs,serviceMs\n1,x'), '--arrivals', 'poisson:1')
    expect(code).toBe(2)
    expect(errors).toContain('  --arrivals should not be given with --traffic, which tells it\n')
    expect(errors).toContain('  bad.csv:2 serviceMs should be')
    expect((await run('simulate', '--traffic', 'none.csv')).errors).toContain('--traffic none.csv cannot be read: Error: ENOENT')
  })
})
