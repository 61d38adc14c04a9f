import { posix } from 'node:path'
import { lineOf } from './code-view.js'
import { type Import, importsOf } from './imports.js'
import type { HouseRule } from './rules.js'

const PARTS: readonly string[] = ['core', 'scaling', 'supervision', 'operators', 'bus']

/** Which rooms a room may import from, itself aside: the table of the architecture. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  scaling: ['core'],
  supervision: ['core'],
  operators: ['core'],
  bus: ['core'],
  group: PARTS,
  hub: [...PARTS, 'group'],
  runner: [...PARTS, 'group', 'hub', 'testing'],
  threads: ['core', 'group'],
  testing: ['core'],
  telemetry: ['core'],
  dashboard: ['core'],
  '': [...PARTS, 'group', 'hub'],
}

/** Files that only say how others fit in: these rooms may import them wherever they lie. */
const CONTRACTS = /^src\/(?:scaling\/policy|supervision\/(?:strategy|backoff|escalation)|bus\/bus|[\w/-]*-contract)\.ts$/
const SEES_CONTRACTS: readonly string[] = ['testing', 'telemetry', 'dashboard']

/** Files of the pure rooms that put a decision to work, and so need rxjs. */
const SHELL = /^src\/(?:scaling|supervision)\/(?:control|controller|supervise|by-backoff|decisions)\.ts$/

/** Rooms that run in Node only; everything else also bundles for browsers. */
const NODE_ROOMS: readonly string[] = ['runner', 'telemetry', 'dashboard', 'threads']

/** What an adapter of a broker may import beside what all may: its client, an optional peer of its entry. */
const CLIENTS: Readonly<Record<string, RegExp>> = {
  redis: /^(?:ioredis|redis)$/,
  nats: /^@nats-io\/(?:transport-node|nats-core|jetstream)$/,
  rabbitmq: /^amqplib$/,
  kafka: /^kafkajs$/,
}

const adapterOf = (path: string): string | undefined => /^src\/bus\/(\w+)\//.exec(path)?.[1]

const isNodeOnly = (path: string): boolean => NODE_ROOMS.includes(roomOf(path)) || adapterOf(path) !== undefined

/** The one file that imports what a user names: no literal can say what. */
const IMPORTS_USERS_CODE = 'src/runner/user-policy.ts'

const PACKAGES = /^(?:rxjs|fp-ts|io-ts|immer|@standard-schema\/spec)(?:\/|$)/

const roomOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? ''

const targetOf = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')

const isRelative = (specifier: string): boolean => /^\.\.?(?:\/|$)/.test(specifier)

/** A rule about each import of a source file: says what is wrong with it, or nothing. */
const ofImports = (judge: (found: Import, path: string) => string | undefined): HouseRule => (path, text) =>
  path.startsWith('src/')
    ? importsOf(text).flatMap((found) => {
        const problem = judge(found, path)
        return problem === undefined ? [] : [`${path}:${lineOf(text, found.at)} '${found.specifier}' ${problem}`]
      })
    : []

export const roomsKept: HouseRule = ofImports(({ specifier }, path) => {
  if (!isRelative(specifier)) return undefined
  const [from, target] = [roomOf(path), targetOf(path, specifier)]
  const to = roomOf(target)
  const allowed = ROOMS[from]
  if (allowed === undefined) return `is imported from ${from}, a room the table of architecture does not know`
  if (!target.startsWith('src/')) return 'lies outside src'
  if (from === to || allowed.includes(to) || (SEES_CONTRACTS.includes(from) && CONTRACTS.test(target))) return undefined
  return `is in ${to || 'the root'}, which ${from || 'the root'} may not import`
})

export const noIndexInside: HouseRule = ofImports(({ specifier }) =>
  /^rxcrew(?:\/|$)/.test(specifier) || (isRelative(specifier) && /(?:^|\/)(?:index\.js|\.\.?)\/?$/.test(specifier))
    ? 'is an index: import the file that has it'
    : undefined)

export const relativeEndsInJs: HouseRule = ofImports(({ specifier }) =>
  isRelative(specifier) && !specifier.endsWith('.js') ? 'should end in .js' : undefined)

export const pureWithoutRxjs: HouseRule = ofImports(({ specifier, typeOnly }, path) =>
  ['core', 'scaling', 'supervision'].includes(roomOf(path)) && !SHELL.test(path) && !typeOnly && /^rxjs(?:\/|$)/.test(specifier)
    ? 'is needed at run time, but this file is pure: import type, or move the acting into control, supervise or by-backoff'
    : undefined)

export const noNode: HouseRule = ofImports(({ specifier }, path) =>
  specifier.startsWith('node:') && !isNodeOnly(path) ? 'does not exist in browsers' : undefined)

export const functionalForms: HouseRule = ofImports(({ specifier }) =>
  /^(?:fp-ts|io-ts)(?:\/|$)/.test(specifier) && specifier !== 'io-ts' && !/^(?:fp-ts|io-ts)\/lib\/\w+\.js$/.test(specifier)
    ? 'fails in plain Node: import fp-ts/lib/X.js, io-ts/lib/X.js or io-ts'
    : undefined)

export const knownPackages: HouseRule = ofImports(({ specifier }, path) => {
  if (specifier === '' && path === IMPORTS_USERS_CODE) return undefined
  if (specifier === '') return 'is no literal: nobody can tell what is imported'
  if (isRelative(specifier) || /^rxcrew(?:\/|$)/.test(specifier) || PACKAGES.test(specifier)) return undefined
  if (NODE_ROOMS.includes(roomOf(path)) || specifier.startsWith('node:') || CLIENTS[adapterOf(path) ?? '']?.test(specifier) === true) return undefined
  return specifier === 'fast-check' && roomOf(path) === 'testing' ? undefined : 'is not a package the core depends on'
})

export const ROOM_RULES: Readonly<Record<string, HouseRule>> = {
  roomsKept,
  noIndexInside,
  relativeEndsInJs,
  pureWithoutRxjs,
  noNode,
  functionalForms,
  knownPackages,
}
