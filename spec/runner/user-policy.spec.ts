import { describe, expect, it } from 'vitest'
import { importPolicy, isFile } from '../../src/runner/user-policy.js'
import { commandStand, rowOf } from './command-stand.js'

const { file, run } = commandStand()

const LOAD = ['--arrivals', 'poisson:20', '--service', 'constantly:50', '--count', '200']

const policyText = (name: string, step: string): string => `{ name: '${name}', initial: null, step: ${step} }`
const THREE = policyText('three', `(state) => ({ state, wanted: 3, reason: 'withinRange' })`)

describe("a policy from a user's file", () => {
  it.each([
    ['default.mjs', `export default ${THREE}`],
    ['named.mjs', `export const policy = ${THREE}`],
    ['both.mjs', `export default () => 1\nexport const policy = ${THREE}`],
    ['common.cjs', `module.exports = ${THREE}`],
    ['class.mjs', `class Three { name = 'three'; initial = null; step(state) { return { state, wanted: 3, reason: 'withinRange' } } }\nexport default new Three()`],
  ])('is taken from %s, and does what the same policy by name does', async (name, text) => {
    const { code, output, errors } = await run('simulate', '--policy', `./${file(name, text)}`, '--policy', 'fixed:3', ...LOAD)
    expect([code, errors]).toEqual([0, ''])
    expect(rowOf(output, `./${name}`)).toEqual(rowOf(output, 'fixed:3'))
  })

  it.each([
    ['export default (options) => options', `exports no policy as 'default': it should be an object, but is a function: export what it returns`],
    ['export default 3', `exports no policy as 'default': it should be an object, but is 3`],
    ['export const policy = null', `exports no policy as 'policy': it should be an object, but is null`],
    ['export default {}', `exports no policy as 'default': name should be a string that is not empty, but is missing; initial should be its first state (null will do), but is missing; step should be a function, but is missing`],
    [`export default { name: 'x', initial: 0, step: 3 }`, `exports no policy as 'default': step should be a function, but is 3`],
    [`export default { name: 'x', initial: 0, step() {}, wake: { waitedMs: -1, other: 2 } }`, `exports no policy as 'default': wake: other should be one of waitedMs, idledMs, afterWork, but is not an option; waitedMs should be milliseconds from 1`],
    ['export const other = 1', `should export a policy, as default or as 'policy', but exports other`],
    ['const unused = 1', `should export a policy, as default or as 'policy', but exports nothing`],
    [`throw new Error('at once')`, 'cannot be imported: at once'],
    ['export default {', 'cannot be imported: '],
  ])('is refused when the file says %s', async (text, problem) => {
    const name = file(`wrong-${problem.length}-${text.length}.mjs`, text)
    const { code, errors } = await run('simulate', '--policy', `./${name}`, ...LOAD)
    expect(errors).toContain(`--policy ./${name} ${problem}`)
    expect(code).toBe(2)
  })

  it.each([
    [`() => { throw new RangeError('no idea') }`, `scaling policy 'mine' failed: RangeError: no idea`],
    ['(state) => ({ state, wanted: NaN })', `scaling policy 'mine' wants NaN workers, which is no whole number`],
    ['() => undefined', `scaling policy 'mine' answered undefined, which is no decision`],
    ['async () => { throw new Error() }', `scaling policy 'mine' answered a promise, which is no decision`],
  ])('is named with the reason when its step is %s, while the others are shown', async (step, reason) => {
    const name = file(`failing-${step.length}.mjs`, `export default ${policyText('mine', step)}`)
    const { code, output, errors } = await run('simulate', '--policy', `./${name}`, '--policy', 'fixed:3', ...LOAD, '--report', 'failing.html')
    expect(code).toBe(1)
    expect(errors).toBe(`rxcrew simulate: --policy ./${name}: ${reason}\n`)
    expect(rowOf(output, 'fixed:3')).toHaveLength(10)
    expect(output).not.toContain(`${name} `)
  })

  it('is told from a name by a slash or its ending', () => {
    expect(['./a', 'a.js', 'a/b.mjs', '../x.ts', '/abs', 'a.cjs', 'C:\\x.js'].filter((word) => !isFile(word))).toEqual([])
    expect(['demand', 'demand:a=b/c', 'fixed:8', 'demand:{"a":"./b"}'].filter(isFile)).toEqual([])
  })

  it('is imported by its full path', async () => {
    expect(await importPolicy('/no/such/file.js')).toMatchObject({ _tag: 'Left', left: expect.stringContaining('/no/such/file.js') })
  })
})
