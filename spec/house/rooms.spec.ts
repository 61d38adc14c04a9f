import { describe, expect, it } from 'vitest'
import { importsOf } from './imports.js'
import { ROOM_RULES } from './room-rules.js'
import { SAMPLES } from './rule-samples.js'
import { RULES, type HouseRule } from './rules.js'
import { filesUnder, read } from './tree.js'

const all: Readonly<Record<string, HouseRule>> = { ...RULES, ...ROOM_RULES }

const ruleNamed = (name: string): HouseRule => {
  const rule = all[name]
  if (rule === undefined) throw new Error(`no rule is called ${name}`)
  return rule
}

describe.each(SAMPLES)('$rule', ({ rule, path = 'src/core/sample.ts', wrong, right }) => {
  it.each(wrong.map((text) => [text]))(`refuses in ${path}: %s`, (text) => {
    expect(ruleNamed(rule)(path, text)).toHaveLength(1)
  })

  it.each(right.map((text) => [text]))(`accepts in ${path}: %s`, (text) => {
    expect(ruleNamed(rule)(path, text)).toEqual([])
  })
})

describe('a problem', () => {
  it('is told with its file and line', () => {
    const problems = ruleNamed('noNode')('src/core/a.ts', `\n\nimport a from 'node:fs'`)
    expect(problems).toEqual([`src/core/a.ts:3 'node:fs' does not exist in browsers`])
  })

  it('is not found twice where two imports follow each other', () => {
    const text = `import type { A } from 'a'\nimport { b } from 'b'\nexport interface C {}\nexport type { D } from 'd'`
    expect(importsOf(text)).toMatchObject([
      { specifier: 'a', typeOnly: true },
      { specifier: 'b', typeOnly: false },
      { specifier: 'd', typeOnly: true },
    ])
  })
})

describe('the tree', () => {
  const files = ['src', 'spec', 'examples', 'bench'].flatMap((folder) => filesUnder(folder, '.ts'))

  it('was found', () => {
    expect(files).toContain('src/core/load.ts')
    expect(files).toContain('spec/house/rooms.spec.ts')
  })

  it.each(Object.keys(all))('keeps %s', (name) => {
    expect(files.flatMap((path) => ruleNamed(name)(path, read(path)))).toEqual([])
  })

  it('has samples of right and wrong for every rule', () => {
    const having = (side: 'right' | 'wrong'): readonly string[] => SAMPLES.filter((sample) => sample[side].length > 0).map(({ rule }) => rule)
    expect(Object.keys(all).filter((rule) => !having('right').includes(rule) || !having('wrong').includes(rule))).toEqual([])
  })
})
