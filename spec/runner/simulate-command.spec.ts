import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { poisson, squareWave } from '../../src/testing/arrival-patterns.js'
import { bestFixed, clairvoyant } from '../../src/testing/best-fixed.js'
import { thrashing } from '../../src/testing/downstream.js'
import { constantly, lognormal } from '../../src/testing/service-times.js'
import type { Measures } from '../../src/testing/measures.js'
import { simulate } from '../../src/testing/simulate.js'
import type { SimulatedLoad } from '../../src/testing/simulate-options.js'
import { commandStand, rowOf } from './command-stand.js'

const { folder, file, run } = commandStand()

const LOAD = ['--arrivals', 'square:low=10,high=150,periodMs=20000', '--service', 'lognormal:meanMs=50,cv=1', '--downstream', 'thrashing:6', '--max', '20', '--seconds', '60', '--seed', '3']

const load: SimulatedLoad = {
  arrivals: squareWave({ lowPerSecond: 10, highPerSecond: 150, periodMs: 20_000 }),
  service: lognormal(50, 1),
  downstream: thrashing(6),
  bounds: { min: 1, max: 20 },
  untilMs: 60_000,
  seed: 3,
}

const PLAIN = {
  failures: undefined, restart: undefined, startMs: undefined, sampleEveryMs: undefined, capacity: undefined, seed: 1, bounds: { min: 1, max: 10 },
}

const QUICK = ['--arrivals', 'poisson:20', '--service', 'constantly:50', '--count', '200']

const digits = (value: number): string => value.toFixed(value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2)

describe('rxcrew simulate', () => {
  it('prints for each policy what simulate measures, beside the best fixed number and the bound', async () => {
    const best = bestFixed(load)
    const { code, output, errors } = await run('simulate', '--policy', 'demand:deliveryWaitMs=200,maxIdleMs=5000', '--policy', 'fixed:12', ...LOAD)
    expect([code, errors]).toEqual([0, ''])
    for (const [label, policy] of [['demand:deliveryWaitMs=200,maxIdleMs=5000', demand({ deliveryWaitMs: 200, maxIdleMs: 5_000 })], ['fixed:12', fixed(12)]] as const) {
      const { waitMs, sojournMs, workerSeconds, changes, secondsPastKnee, lost } = simulate({ ...load, policy }).measures
      expect(rowOf(output, label)).toEqual([
        digits(waitMs.p50), digits(waitMs.p99), digits(sojournMs.p50), digits(sojournMs.p99), digits(sojournMs.p99 / best.measures.sojournMs.p99),
        digits(workerSeconds), digits(workerSeconds / best.measures.workerSeconds), String(changes), digits(secondsPastKnee), String(lost),
      ])
    }
    expect(rowOf(output, 'fixed:12')[8]).not.toBe('0')
    expect(rowOf(output, `best fixed: ${best.workers}`).slice(3, 7)).toEqual([digits(best.measures.sojournMs.p99), '1.00', digits(best.measures.workerSeconds), '1.00'])
    const { p99Ms, workerSeconds } = clairvoyant(best)
    expect(rowOf(output, 'clairvoyant')).toEqual([digits(p99Ms), '1.00', digits(workerSeconds), digits(workerSeconds / best.measures.workerSeconds)])
  })

  it('prints the same for the same words', async () => {
    expect((await run('simulate', ...LOAD)).output).toBe((await run('simulate', ...LOAD)).output)
  })

  it('tries demand within the bounds of a group, for 300 seconds, when nothing else is said', async () => {
    const { output } = await run('simulate', '--arrivals', 'poisson:20', '--service', 'constantly:50')
    const { measures } = simulate({ arrivals: poisson(20), service: constantly(50), bounds: { min: 1, max: 10 }, untilMs: 300_000, seed: 1, policy: demand() })
    expect(output).toContain('workers 1 to 10; for 300 s; seed 1')
    expect(rowOf(output, 'demand').slice(0, 6)).toEqual(expect.arrayContaining([digits(measures.sojournMs.p99), digits(measures.workerSeconds)]))
  })

  it.each([
    ['failures', ['--failures', 'share=0.5,maxAttempts=2,retryAfterMs=10'], { failures: { share: 0.5, maxAttempts: 2, retryAfterMs: 10 } }],
    ['restarts', ['--failures', 'share=0.5', '--restart-after-ms', '40'], { failures: { share: 0.5 }, restart: { afterMs: 40 } }],
    ['slow starts', ['--start-ms', '700'], { startMs: 700 }],
    ['other moments of samples', ['--sample-every-ms', '50'], { sampleEveryMs: 50 }],
    ['a short line', ['--capacity', '1'], { capacity: 1 }],
    ['other bounds', ['--min', '2', '--max', '3'], { bounds: { min: 2, max: 3 } }],
    ['another seed', ['--seed', '9'], { seed: 9 }],
  ])('takes %s as simulate does', async (_, words, options) => {
    const policy = { name: 'backlog', initial: null, step: (state: unknown, { waiting, inFlight }: LoadSample) => ({ state, wanted: waiting + inFlight, reason: 'tooFew' as const }) }
    const name = file('backlog.mjs', `export default { name: 'backlog', initial: null, step: (state, { waiting, inFlight }) => ({ state, wanted: waiting + inFlight, reason: 'tooFew' }) }`)
    const all: SimulatedLoad = { arrivals: poisson(100), service: constantly(50), bounds: { min: 1, max: 10 }, count: 500, ...options }
    const { output } = await run('simulate', '--arrivals', 'poisson:100', '--service', 'constantly:50', '--count', '500', '--policy', `./${name}`, ...words)
    const told = ({ waitMs, workerSeconds, changes }: Measures): readonly string[] => [digits(waitMs.p50), digits(waitMs.p99), digits(workerSeconds), String(changes)]
    const [p50, p99, , , , seconds, , changes] = rowOf(output, `./${name}`)
    expect([p50, p99, seconds, changes]).toEqual(told(simulate({ ...all, policy }).measures))
    // It is not what comes without the option.
    expect([p50, p99, seconds, changes]).not.toEqual(told(simulate({ ...all, ...PLAIN, policy }).measures))
  })

  it('shows failed and unfinished messages only where there are some', async () => {
    const stuck = await run('simulate', '--policy', 'fixed:0', '--min', '0', ...QUICK)
    expect(stuck.output).toMatch(/^policy.* unfinished +lost$/m)
    expect(rowOf(stuck.output, 'fixed:0').slice(0, 4)).toEqual(['∞', '∞', '∞', '∞'])
    expect(rowOf(stuck.output, 'fixed:0').slice(-2)).toEqual(['200', '0'])
    expect((await run('simulate', ...QUICK)).output).not.toMatch(/unfinished|failed/)
  })
})

describe('the report', () => {
  it('has the table and a picture of each policy, and needs nothing from elsewhere', async () => {
    const { code, output } = await run('simulate', '--policy', 'demand', '--policy', 'fixed:3', ...LOAD, '--report', 'out.html')
    const page = readFileSync(join(folder, 'out.html'), 'utf8')
    expect(code).toBe(0)
    expect(output).toContain('\nReport: out.html\n')
    expect(page.match(/<svg/g)).toHaveLength(2)
    for (const cell of rowOf(output, 'fixed:3')) expect(page).toContain(`<td>${cell}</td>`)
    expect(page).toMatch(/<th scope="row">best fixed: \d+<\/th>/)
    expect(page).toContain('>knee</text>')
    expect(page.replaceAll(/xmlns="[^"]*"/g, '')).not.toMatch(/https?:|\bsrc=|\bhref=|url\(|@import|<script|<link/)
    expect(page).toContain('prefers-color-scheme: dark')
  })

  it('shows names as text, whatever they are', async () => {
    file('<b>&.mjs', `export default { name: '<i>', initial: null, step: (state) => ({ state, wanted: 1, reason: 'withinRange' }) }`)
    await run('simulate', '--policy', './<b>&.mjs', ...QUICK, '--report', 'odd.html')
    const page = readFileSync(join(folder, 'odd.html'), 'utf8')
    expect(page).toContain('<h2>./&lt;b&gt;&amp;.mjs</h2>')
    expect(page).not.toMatch(/<b>|<i>/)
  })

  it('is not written where something is wrong', async () => {
    expect((await run('simulate', '--policy', 'nope', ...QUICK, '--report', 'none.html')).code).toBe(2)
    expect(existsSync(join(folder, 'none.html'))).toBe(false)
  })
})
