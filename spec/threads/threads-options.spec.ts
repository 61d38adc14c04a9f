import { SHARE_ENV } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { OptionsError, type Problem } from '../../src/core/options-error.js'
import { loadPiscina, PiscinaMissingError } from '../../src/threads/load-piscina.js'
import { threads } from '../../src/threads/threads.js'
import type { ThreadsOptions } from '../../src/threads/threads-options.js'
import { WORK } from './thread-count.js'

const problemsOf = (make: () => unknown): readonly Problem[] => {
  try {
    make()
  } catch (error) {
    if (error instanceof OptionsError) return error.problems
    throw error
  }
  return []
}

describe('the options of threads', () => {
  it('are refused all at once, each with its place, what came and what would be right', () => {
    // As they come from a program that is not type-checked.
    const wrong: { filename: string } = JSON.parse(`{
      "filename": "./work.js", "resourceLimits": { "stackSizeMb": 0, "maxHeap": 1 }, "env": { "A": 1 },
      "argv": "-x", "execArgv": [1], "atomics": "on", "minThreads": 2
    }`)
    expect(problemsOf(() => threads(wrong))).toEqual([
      { path: 'minThreads', got: 'not an option', expected: 'one of filename, resourceLimits, workerData, env, argv, execArgv, atomics' },
      { path: 'filename', got: '"./work.js"', expected: 'a file: URL or an absolute path' },
      { path: 'resourceLimits.maxHeap', got: 'not an option', expected: expect.stringContaining('maxOldGenerationSizeMb') },
      { path: 'resourceLimits.stackSizeMb', got: '0', expected: 'megabytes, more than 0' },
      { path: 'env', got: '{"A":1}', expected: 'an object of strings, or SHARE_ENV' },
      { path: 'argv', got: '"-x"', expected: 'an array of strings' },
      { path: 'execArgv', got: '[1]', expected: 'an array of strings' },
      { path: 'atomics', got: '"on"', expected: `'sync' or 'async' or 'disabled'` },
    ])
  })

  it('need a filename', () => {
    const none: { filename: string } = JSON.parse('{}')
    expect(problemsOf(() => threads(none))).toEqual([{ path: 'filename', got: 'missing', expected: 'a file: URL or an absolute path' }])
  })

  it.each(['', 'work.js', 'https://a.example/work.js', new URL('https://a.example/work.js')])('refuse the filename %j', (filename) => {
    expect(problemsOf(() => threads({ filename })).map(({ path }) => path)).toEqual(['filename'])
  })

  const right: readonly ThreadsOptions[] = [
    { filename: WORK },
    { filename: WORK.href },
    { filename: WORK.pathname, env: SHARE_ENV, atomics: 'async' },
    { filename: WORK, workerData: undefined, resourceLimits: { stackSizeMb: 0.5 }, env: { A: undefined }, argv: [], execArgv: [] },
  ]

  it.each(right)('may be %j', (options) => {
    expect(problemsOf(() => threads(options))).toEqual([])
  })

  it('of a handler are checked too', () => {
    const wrong: object = JSON.parse('{ "transfer": [], "transferList": [] }')
    expect(problemsOf(() => threads({ filename: WORK }).handler('double', wrong)).map(({ path }) => path)).toEqual(['transferList', 'transfer'])
  })
})

describe('without piscina', () => {
  it('one error says what to install, and keeps why', () => {
    const cause = new Error('Cannot find module')
    const load = (): unknown => loadPiscina(() => { throw cause })
    expect(load).toThrow(PiscinaMissingError)
    expect(load).toThrow('rxcrew/threads needs the package piscina, version 5, which could not be loaded: npm install piscina@5')
    expect(load).toThrow(expect.objectContaining({ cause }))
  })
})
