import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesUnder, read } from '../house/tree.js'
import { runnerStand, type RunnerStand } from './runner-stand.js'

let stand: RunnerStand

beforeAll(() => { stand = runnerStand() }, 120_000)
afterAll(() => stand.remove())

describe.each(['jest', 'node'] as const)('the testing kit under %s', (runner) => {
  it('runs, and every law holds', () => {
    const { passed, failed, exitCode, text } = stand[runner]()
    expect({ failed, exitCode }, text).toEqual({ failed: 0, exitCode: 0 })
    expect(passed).toBeGreaterThan(50)
  }, 120_000)

  it('fails for a policy that breaks a law, and says with which seed', () => {
    const { passed, failed, exitCode, text } = stand[runner]({ RXCREW_BROKEN: 'policy' })
    expect(failed).toBeGreaterThan(0)
    expect(passed).toBeGreaterThan(8)
    expect(exitCode).not.toBe(0)
    expect(text).toMatch(/seed: -?\d+/)
    expect(text).toMatch(/Got error: wants \S+ of \d+ to \d+, for the reason/)
  }, 120_000)
})

describe('the testing kit', () => {
  it('imports no test runner', () => {
    const runners = /from '(?:vitest|jest|@jest\/|node:test|mocha|@fast-check\/)/
    expect(filesUnder('src/testing', '.ts').filter((path) => runners.test(read(path)))).toEqual([])
  })
})
