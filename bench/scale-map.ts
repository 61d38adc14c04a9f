import fastq from 'fastq'
import PQueue from 'p-queue'
import { BehaviorSubject, mergeMap, Subject, type OperatorFunction } from 'rxjs'
import { scaleMap } from 'rxcrew'
import { fed, type Driver } from './fed.js'
import { race, type Peer, type Row } from './stand.js'

const AT_ONCE = 16

const handler = async (message: number): Promise<number> => message + 1

const operator = (name: string, make: () => OperatorFunction<number, number>, drive: Driver): Peer => ({
  name,
  run: () => {
    const source$ = new Subject<number>()
    return drive((message) => source$.next(message), (listener) => source$.pipe(make()).subscribe(listener))
  },
})

const queue = (name: string, make: () => (message: number) => Promise<number>, drive: Driver): Peer => ({
  name,
  run: () => {
    const add = make()
    let tell: (result: number) => void = () => undefined
    return drive((message) => void add(message).then(tell), (listener) => (tell = listener))
  },
})

const peers = (drive: Driver) => ({
  scaled: operator('scaleMap(handler, 16)', () => scaleMap(handler, AT_ONCE), drive),
  moving: operator('scaleMap(handler, limit$)', () => scaleMap(handler, new BehaviorSubject(AT_ONCE)), drive),
  merged: operator('mergeMap(handler, 16)', () => mergeMap(handler, AT_ONCE), drive),
  fastq: queue('fastq.promise', () => {
    const line = fastq.promise(handler, AT_ONCE)
    return (message) => line.push(message)
  }, drive),
  pQueue: queue('p-queue', () => {
    const line = new PQueue({ concurrency: AT_ONCE })
    return (message) => line.add(() => handler(message))
  }, drive),
})

const sumOfResults = (messages: number): number => (messages * (messages + 1)) / 2

/** A promise handler, 16 at once, with 1,000 messages on their way at any moment. */
const windowFed = (messages: number, rounds: number): Promise<readonly Row[]> => {
  const { scaled, moving, merged, fastq: plain, pQueue } = peers(fed(messages, 1_000))
  return race({ title: 'window of 1,000', messages, checksum: sumOfResults(messages), rounds, ours: scaled, others: [moving, plain, merged, pQueue] })
}

/** Everything is pushed at once and waits. */
const backlog = (messages: number, rounds: number): Promise<readonly Row[]> => {
  const { scaled, merged, fastq: plain } = peers(fed(messages, messages))
  return race({ title: `${messages.toLocaleString('en')} waiting`, messages, checksum: sumOfResults(messages), rounds, ours: scaled, others: [plain, merged] })
}

/** The same number of messages, with a million waiting and with a thousand: what waits should not slow down what runs. */
const depth = (messages: number, rounds: number): Promise<readonly Row[]> => {
  const deep = { ...peers(fed(messages, messages)).scaled, name: 'scaleMap, all waiting' }
  const shallow = { ...peers(fed(messages, 1_000)).scaled, name: 'scaleMap, 1,000 waiting' }
  return race({ title: `depth, ${messages.toLocaleString('en')} messages`, messages, checksum: sumOfResults(messages), rounds, ours: deep, others: [shallow] })
}

/** `scaleMap` against its peers; `share` (0–1, default 1) makes all of it smaller, for a quick look. */
export const scaleMapRows = async (share = 1): Promise<readonly Row[]> => {
  const rounds = Math.max(1, Math.round(15 * share))
  const some = (messages: number): number => Math.max(2_000, Math.round(messages * share))
  return [
    ...(await windowFed(some(100_000), rounds)),
    ...(await backlog(some(200_000), Math.min(3, rounds))),
    ...(await depth(some(1_000_000), Math.min(7, rounds))),
  ]
}
