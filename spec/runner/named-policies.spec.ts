import * as E from 'fp-ts/lib/Either.js'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { NAMED_POLICIES } from '../../src/runner/named-policies.js'
import { cook } from '../../src/runner/recipe.js'

const SCHEDULE = 'schedule:{"base":1,"windows":[{"from":"09:00","to":"17:00","workers":5}]}'

/** The name of every policy there is: those that are made from options alone, and no other policy. */
const policies: readonly string[] = readdirSync('src/scaling').flatMap((file) => {
  const text = readFileSync(`src/scaling/${file}`, 'utf8')
  return [...text.matchAll(/^export const (\w+) = \((?:options: \w+(?: = \{\})?|workers: number)\): ScalingPolicy/gm)].map(([, name = '']) => name)
})

describe('the policies that the command knows by name', () => {
  it('are all that there are', () => {
    expect(policies.length).toBeGreaterThan(10)
    expect(new Set(Object.keys(NAMED_POLICIES))).toEqual(new Set(policies))
  })

  it.each(Object.keys(NAMED_POLICIES).filter((name) => name !== 'fixed' && name !== 'schedule'))('%s is made without options', (name) => {
    expect(cook(NAMED_POLICIES, name)).toEqual(E.right(expect.objectContaining({ name })))
  })

  it('schedule takes its windows as JSON', () => {
    expect(cook(NAMED_POLICIES, SCHEDULE)).toMatchObject({ _tag: 'Right', right: { name: 'schedule' } })
  })

  it('targetBacklog takes options by name, and refuses what they cannot be', () => {
    expect(cook(NAMED_POLICIES, 'targetBacklog:perWorker=20')).toMatchObject({ _tag: 'Right' })
    expect(cook(NAMED_POLICIES, 'targetBacklog:perWorker=-1')).toMatchObject({ _tag: 'Left', left: expect.stringContaining('perWorker') })
  })
})
