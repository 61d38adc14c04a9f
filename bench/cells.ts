import type { Cell, Source } from './cell.js'
import type { HandlerName } from './handlers.js'

const OURS = ['scaleMap', 'group']
const QUEUES = ['fastq', 'fastq.promise', 'async.queue', 'p-limit', 'p-queue']
const STREAMS = ['mergeMap', '@most/core', 'Effect, mapEffect', 'Effect, Queue and fibers']
const SLOW = ['bottleneck', 'Crawlee AutoscaledPool']
const EVERYTHING = ['group, everything on', 'p-queue, timeout', 'Effect, timeout and retry']

const window = (atOnce: number): Source => ({ type: 'window', size: Math.max(1_000, 2 * atOnce) })
const count = (messages: number): string => messages.toLocaleString('en')

const fed = (handler: HandlerName, atOnce: number, contenders: readonly string[]): Cell => {
  const source = window(atOnce)
  const onTheirWay = source.type === 'window' ? count(source.size) : ''
  return { name: `${handler}, ${count(atOnce)} at once, ${onTheirWay} on their way`, handler, atOnce, source, messages: 200_000, contenders }
}

const backlog = (messages: number, contenders: readonly string[]): Cell => ({
  name: `promise, 16 at once, ${count(messages)} waiting`, handler: 'promise', atOnce: 16, source: { type: 'backlog' }, messages, contenders,
})

const pulled = (handler: HandlerName, contenders: readonly string[]): Cell => ({
  name: `${handler}, 16 at once, an async iterable`, handler, atOnce: 16, source: { type: 'async iterable' }, messages: 200_000, contenders,
})

export const PROMISE = fed('promise', 16, ['floor', ...OURS, ...EVERYTHING.slice(0, 1), ...STREAMS, ...QUEUES, ...EVERYTHING.slice(1)])
export const SYNC = fed('sync', 16, ['floor', ...OURS, ...STREAMS.slice(0, 3), 'fastq', 'fastq.promise', 'p-queue'])
export const DEEP = backlog(200_000, ['floor', ...OURS, 'mergeMap', 'fastq', 'fastq.promise', 'async.queue', 'p-queue'])
export const MOVING: Cell = {
  ...fed('promise', 16, ['scaleMap, limit$ at rest', 'scaleMap, limit$ moving', 'group, limit at rest', 'group, limit moving']),
  name: 'promise, 16 at once, a limit that moves every ms',
}
export const BUS: Cell = { ...fed('promise', 64, ['hub on a memory bus', 'hub on a memory bus, batches']), name: 'memory bus: publish, group of 64, acknowledge; 1 KB' }

/** What the goals are about, in about a minute and a half of a machine that does nothing else. */
export const QUICK: readonly Cell[] = [PROMISE, SYNC, DEEP, MOVING, BUS]

const ALL = ['floor', ...OURS, ...STREAMS, ...QUEUES, ...EVERYTHING, ...SLOW]
const PULLING = ['floor', ...OURS, 'mergeMap', 'async.queue', 'p-queue', 'Effect, mapEffect']
/** Who bears a million that wait: the others take longer for each the more there are. */
const FLAT = ['floor', ...OURS, 'fastq', 'async.queue', 'Effect, Queue and fibers']
const HANDLER_NAMES: readonly HandlerName[] = ['sync', 'promise', 'setImmediate', '1 ms timer']

/** Every handler at every concurrency, every depth, every way in. */
export const FULL: readonly Cell[] = [
  ...QUICK,
  ...HANDLER_NAMES.flatMap((handler) => [1, 16, 256, 4_096].map((atOnce) => fed(handler, atOnce, ALL))).filter(({ name }) => name !== PROMISE.name),
  ...[1_000, 100_000, 1_000_000].map((messages) => backlog(messages, messages > 100_000 ? FLAT : ALL)),
  ...HANDLER_NAMES.map((handler) => pulled(handler, PULLING)),
]
