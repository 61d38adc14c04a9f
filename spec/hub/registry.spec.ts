import { isNone, isSome, toUndefined } from 'fp-ts/lib/Option.js'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { action } from '../../src/hub/action.js'
import { actions, DuplicateActionError } from '../../src/hub/registry.js'
import { template } from '../../src/hub/template.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { untyped } from './hub-stand.js'

const one = action({ name: 'one', handle: () => 1 })
const mail = template({ name: 'mail', topic: 'post', group: 'senders', action: one, options: { workers: { max: 2 } } })

describe('a registry', () => {
  it('has an action as a template whose topic and consumer group are its name', () => {
    expect(toUndefined(actions({ one }).get('one'))).toMatchObject({ name: 'one', topic: 'one', group: 'one', action: one, children: {} })
  })

  it('has a template as it is', () => {
    const registry = actions({ mail })
    expect(toUndefined(registry.get('mail'))).toBe(mail)
    expect(registry.names()).toEqual(['mail'])
  })

  it('answers for names it does not have', () => {
    const registry = actions({ one })
    expect(isNone(registry.get('two'))).toBe(true)
    expect(isNone(registry.get('toString'))).toBe(true)
    expect(registry.has('two')).toBe(false)
    expect(registry.delete('two')).toBe(false)
  })

  it('is the same one after more was registered, and whoever watches sees it', () => {
    const registry = actions({ one })
    const seen: string[][] = []
    registry.table$.subscribe((table) => seen.push(Object.keys(table)))
    const more = registry.register('mail', mail)
    expect(more).toBe(registry)
    expect(isSome(registry.get('mail'))).toBe(true)
    expect(registry.delete('one')).toBe(true)
    expect(seen).toEqual([['one'], ['one', 'mail'], ['mail']])
  })

  it('gives a snapshot that later changes leave alone', () => {
    const registry = actions({ one })
    const tables: object[] = []
    registry.table$.subscribe((table) => tables.push(table))
    registry.register('mail', mail)
    expect(Object.keys(tables[0] ?? {})).toEqual(['one'])
  })

  it('tells the name of each entry that comes or goes from then on', () => {
    const registry = actions({ one })
    const seen: string[] = []
    registry.changed$.subscribe((name) => seen.push(name))
    registry.register('mail', mail)
    registry.delete('one')
    registry.delete('two')
    expect(seen).toEqual(['mail', 'one'])
  })

  it('has any name, and in its snapshots as well', () => {
    const registry = actions({})
    const tables: object[] = []
    registry.table$.subscribe((table) => tables.push(table))
    registry.register('__proto__', one)
    expect(tables.map((table) => Object.hasOwn(table, '__proto__'))).toEqual([false, true])
  })

  it('does not freeze what it holds', () => {
    const counting = { calls: 0, ...one }
    actions({ counting })
    counting.calls += 1
    expect(counting.calls).toBe(1)
  })

  it('refuses a name that is taken', () => {
    const registry = actions({ one })
    expect(() => registry.register('one', one)).toThrow(new DuplicateActionError('one'))
  })

  it('refuses a template under another name than its own, an empty name, and what is no action', () => {
    expect(() => actions({ post: mail })).toThrow('post should be registered under its own name, but is a template of the name \'mail\'')
    expect(() => actions({ '': one })).toThrow(OptionsError)
    expect(() => actions({ none: untyped({}) })).toThrow('entry should be an action, or a template')
    expect(() => actions({ none: untyped(undefined) })).toThrow(OptionsError)
  })
})

describe('a template', () => {
  it('listens on its name, as its name, unless told otherwise', () => {
    expect(template({ name: 'a', action: one })).toMatchObject({ topic: 'a', group: 'a' })
    expect(template({ name: 'a', topic: 'b', action: one })).toMatchObject({ topic: 'b', group: 'a' })
    expect(template({ name: 'a', group: false, action: one })).toMatchObject({ topic: 'a', group: false })
  })

  it('refuses empty names and children that say what their family rules', () => {
    expect(() => template({ name: '', topic: '', action: one })).toThrow(/name should be .*; topic should be/)
    const child = { action: one, supervision: restartAll() }
    expect(() => template({ name: 'a', action: one, children: { b: child } })).toThrow('children.b.supervision')
  })
})
