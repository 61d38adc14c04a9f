export interface Sample {
  readonly rule: string
  /** Default a file of `core`. */
  readonly path?: string
  /** Texts in which the rule finds exactly one thing. */
  readonly wrong: readonly string[]
  readonly right: readonly string[]
}

// Written apart, so that whoever searches the specs for a skipped one does not find these samples.
const SKIP = 'skip'
const ONLY = 'only'
const TODO = 'todo'

const lines = (count: number): string => 'a\n'.repeat(count)

/** What each rule of the house refuses, and what looks like it but is right: a rule that cannot fail is worth nothing. */
export const SAMPLES: readonly Sample[] = [
  {
    rule: 'noDefaultExport',
    wrong: ['export default 1', 'const a = 1\nexport { a as default }'],
    right: ['// export default', `const text = 'export default'`, 'export const defaults = 1'],
  },
  {
    rule: 'noEnum',
    wrong: ['enum A { B }', 'export const enum A { B }'],
    right: ['// an enum A', 'const enumerate = 1', 'a.enum'],
  },
  {
    rule: 'noAny',
    wrong: [
      'let a: any',
      'type A = any[]',
      'f<any>()',
      'type B<T> = T extends any ? 1 : 2',
      '`${x satisfies any}`',
    ],
    right: [
      '// any',
      'a.any(b)',
      '({ any: 1 })',
      'interface A { any?: 1, any(): 2 }',
      'anyFunction',
      `'any'`,
    ],
  },
  {
    rule: 'noAmbient',
    wrong: [
      'const a = Date.now()',
      'f(Date . now)',
      'new Date()',
      'performance.now()',
      'setTimeout(f, 1)',
      'globalThis\nsetInterval(f)',
      'setImmediate(f)',
      'process.env.A',
      'console.log(1)',
      'f(Math.random)',
      'const a = Math.random()',
      'const random = Math.random',
      'let r: () => number = Math.random',
      'random ?? Math.random',
    ],
    right: [
      '({ random = Math.random }) => random()',
      '(random: () => number = Math.random) => 1',
      'const { random = Math.random } = options',
      '// Math.random()',
      'new Date(ms)',
      '{ consoles: 1 }',
      `'Date.now'`,
    ],
  },
  {
    rule: 'noAssertion',
    wrong: [
      'const a = b as C',
      'f(b as unknown)',
      '(x) as { y: 1 }',
      'export const a = b as C',
      '`${a as string}`',
      `const a = 'b' as B`,
      'a as\n  B',
    ],
    right: [
      'const a = [1] as const',
      `import { a as b } from 'c'`,
      `import * as t from 'io-ts'`,
      `export * as t from 'io-ts'`,
      'export { a as b }',
      'export type { A as B }',
      '// serialises as JSON',
      `'a as B'`,
      'type A = { [K in keyof B as `x${K}`]: 1 }',
      'a.as(b)',
    ],
  },
  {
    rule: 'shortEnough',
    wrong: [lines(201)],
    right: [lines(200)],
  },
  {
    rule: 'shortEnough',
    path: 'spec/core/long.spec.ts',
    wrong: [lines(401)],
    right: [lines(400)],
  },
  {
    rule: 'noSkippedSpec',
    path: 'spec/core/a.spec.ts',
    wrong: [
      `it.${SKIP}('a')`,
      `it.${ONLY}('a')`,
      `describe.${SKIP}('a')`,
      `test.${SKIP}('a')`,
      `test.${TODO}('a')`,
      `describe.${ONLY}.each([])`,
      `test.prop.${SKIP}([])`,
      `it.${SKIP}If(a)('b')`,
      'context.skip()',
    ],
    right: [`it('skips')`, 'it.each([])', 'a.skip()', 'source$.pipe(skip(1))', `// it.${SKIP}`, `'it.${ONLY}'`],
  },
  {
    rule: 'tellingName',
    path: 'src/core/types.ts',
    wrong: [''],
    right: [],
  },
  {
    rule: 'tellingName',
    path: 'src/utils/fifo.ts',
    wrong: [''],
    right: [],
  },
  {
    rule: 'tellingName',
    path: 'spec/core/helpers.spec.ts',
    wrong: [''],
    right: [],
  },
  {
    rule: 'tellingName',
    path: 'src/core/groupStats.ts',
    wrong: [''],
    right: [],
  },
  {
    rule: 'tellingName',
    path: 'src/core/group-stats.ts',
    wrong: [],
    right: [''],
  },
  {
    rule: 'roomsKept',
    wrong: [
      `import { a } from '../group/crew.js'`,
      `import type { A } from '../scaling/policy.js'`,
      `export { a } from '../hub/hub.js'`,
      `export * from '../bus/bus.js'`,
      `const a = await import('../bus/bus.js')`,
      `import '../bus/bus.js'`,
      `import { a } from '../../spec/a.js'`,
      `import a, {\n  b,\n} from '../testing/a.js'`,
    ],
    right: [
      `import { a } from './load.js'`,
      `// import { a } from '../group/crew.js'`,
      `import { a } from 'rxjs'`,
      'const a = `import { b } from \'../hub/b.js\'`',
    ],
  },
  {
    rule: 'roomsKept',
    path: 'src/scaling/aimd.ts',
    wrong: [
      `import { a } from '../supervision/strategy.js'`,
      `import { a } from '../operators/a.js'`,
      `import { a } from '../index.js'`,
    ],
    right: [`import { a } from '../core/load.js'`],
  },
  {
    rule: 'roomsKept',
    path: 'src/bus/redis/stream.ts',
    wrong: [`import { a } from '../../operators/a.js'`],
    right: [`import { a } from '../lease.js'`, `import { a } from '../../core/message.js'`],
  },
  {
    rule: 'roomsKept',
    path: 'src/group/crew.ts',
    wrong: [`import { a } from '../hub/hub.js'`],
    right: [`import { a } from '../supervision/one.js'`, `import { a } from '../operators/scale-map.js'`],
  },
  {
    rule: 'roomsKept',
    path: 'src/hub/hub.ts',
    wrong: [`import { a } from '../runner/cli.js'`, `import { a } from '../testing/a.js'`],
    right: [`import { a } from '../group/crew.js'`, `import { a } from '../bus/memory.js'`],
  },
  {
    rule: 'roomsKept',
    path: 'src/testing/simulate.ts',
    wrong: [
      `import { a } from '../group/crew.js'`,
      `import { a } from '../bus/memory.js'`,
      `import { a } from '../scaling/demand.js'`,
    ],
    right: [
      `import type { A } from '../scaling/policy.js'`,
      `import type { A } from '../bus/bus.js'`,
      `import type { A } from '../group/worker-group-contract.js'`,
      `import { a } from '../core/load.js'`,
    ],
  },
  {
    rule: 'roomsKept',
    path: 'src/index.ts',
    wrong: [`export { a } from './testing/a.js'`],
    right: [`export { a } from './core/load.js'`, `export { a } from './hub/hub.js'`],
  },
  {
    rule: 'roomsKept',
    path: 'src/attic/a.ts',
    wrong: [`import { a } from '../core/load.js'`],
    right: [],
  },
  {
    rule: 'noIndexInside',
    wrong: [
      `import { a } from '../index.js'`,
      `import type { A } from './index.js'`,
      `import { a } from '..'`,
      `import { a } from 'rxcrew'`,
      `import { a } from 'rxcrew/testing'`,
    ],
    right: [`import { a } from './index-of.js'`, `import { a } from 'rxjs'`],
  },
  {
    rule: 'relativeEndsInJs',
    wrong: [`import { a } from './load'`, `import { a } from './load.ts'`],
    right: [`import { a } from './load.js'`, `import { a } from 'rxjs'`],
  },
  {
    rule: 'pureWithoutRxjs',
    wrong: [
      `import { map } from 'rxjs'`,
      `import { type Observable } from 'rxjs'`,
      `import 'rxjs'`,
      `import { TestScheduler } from 'rxjs/testing'`,
      `export { of } from 'rxjs'`,
      `import('rxjs')`,
    ],
    right: [
      `import type { Observable } from 'rxjs'`,
      `export type { Observable } from 'rxjs'`,
      `import type {\n  A,\n} from 'rxjs'`,
    ],
  },
  {
    rule: 'pureWithoutRxjs',
    path: 'src/supervision/restart-one.ts',
    wrong: [`import { map } from 'rxjs'`],
    right: [],
  },
  {
    rule: 'pureWithoutRxjs',
    path: 'src/supervision/supervise.ts',
    wrong: [],
    right: [`import { map } from 'rxjs'`],
  },
  {
    rule: 'pureWithoutRxjs',
    path: 'src/group/crew.ts',
    wrong: [],
    right: [`import { map } from 'rxjs'`],
  },
  {
    rule: 'noNode',
    wrong: [`import { a } from 'node:fs'`, `import type { A } from 'node:fs'`],
    right: [`import { a } from 'rxjs'`],
  },
  {
    rule: 'noNode',
    path: 'src/runner/cli.ts',
    wrong: [],
    right: [`import { a } from 'node:fs'`],
  },
  {
    rule: 'noNode',
    path: 'src/bus/nats/nats-bus.ts',
    wrong: [],
    right: [`import { a } from 'node:crypto'`],
  },
  {
    rule: 'functionalForms',
    wrong: [
      `import { right } from 'fp-ts/Either'`,
      `import { right } from 'fp-ts'`,
      `import { right } from 'fp-ts/lib/Either'`,
      `import { right } from 'fp-ts/es6/Either.js'`,
      `import * as t from 'io-ts/Decoder'`,
    ],
    right: [
      `import { right } from 'fp-ts/lib/Either.js'`,
      `import * as t from 'io-ts'`,
      `import * as D from 'io-ts/lib/Decoder.js'`,
    ],
  },
  {
    rule: 'knownPackages',
    wrong: [`import a from 'lodash'`, `import { fc } from 'fast-check'`, 'import(name)'],
    right: [
      `import { map } from 'rxjs'`,
      `import { produce } from 'immer'`,
      `import type { A } from '@standard-schema/spec'`,
    ],
  },
  {
    rule: 'knownPackages',
    path: 'src/testing/laws.ts',
    wrong: [`import { vi } from 'vitest'`],
    right: [`import { fc } from 'fast-check'`],
  },
  {
    rule: 'knownPackages',
    path: 'src/runner/user-policy.ts',
    wrong: [],
    right: ['import(path)'],
  },
  {
    rule: 'knownPackages',
    path: 'src/runner/cli.ts',
    wrong: ['import(path)'],
    right: [],
  },
  {
    rule: 'knownPackages',
    path: 'src/bus/redis/redis-bus.ts',
    wrong: [`import amqp from 'amqplib'`],
    right: [`import type { Redis } from 'ioredis'`],
  },
]
