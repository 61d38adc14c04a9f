import { eachLimit, queue as asyncQueue } from 'async'
import Bottleneck from 'bottleneck'
import fastq from 'fastq'
import type { Contender, Contenders, Handler, Task } from '../contender.js'

type Done = (error: null, result: number) => void

/** A handler as libraries of callbacks want it. */
const withCallback = ({ kind, call }: Handler): ((message: number, done: Done) => void) =>
  kind === 'sync' ? (message, done) => done(null, call(message)) : (message, done) => void call(message).then((result) => done(null, result))

/** A handler as libraries of promises want it. */
const promised = ({ kind, call }: Handler): ((message: number) => Promise<number>) => (kind === 'sync' ? async (message) => call(message) : call)

const fastqCallback: Contender = {
  idiom: 'fastq(worker, n).push(message, done)',
  push: ({ handler, atOnce, tell }) => {
    const queue = fastq<unknown, number, number>(withCallback(handler), atOnce)
    const done = (_error: Error | null, result = Number.NaN): void => tell(result)
    return { send: (message) => queue.push(message, done) }
  },
}

/** Its worker has to be a promise's. */
const fastqPromise: Contender = {
  idiom: 'fastq.promise(handler, n).push(message)',
  push: ({ handler, atOnce, tell }) => {
    const queue = fastq.promise<unknown, number, number>(promised(handler), atOnce)
    return { send: (message) => void queue.push(message).then(tell) }
  },
}

const each = ({ handler, atOnce, tell }: Task, messages: IterableIterator<number> | AsyncIterable<number>): Promise<void> => {
  const work = withCallback(handler)
  return eachLimit<number>(messages, atOnce, (message, next) =>
    work(message, (_error, result) => {
      tell(result)
      next()
    }),
  )
}

const asyncJs: Contender = {
  idiom: 'async.queue(worker, n).push(message, done); eachLimit for a backlog and for what is pulled',
  push: ({ handler, atOnce, tell }) => {
    const work = withCallback(handler)
    const queue = asyncQueue<number, number>((message, done) => work(message, done), atOnce)
    return { send: (message) => queue.push<number>(message, (_error, result) => tell(result ?? Number.NaN)) }
  },
  all: (task, messages) => each(task, messages.values()),
  pull: each,
}

const bottleneck: Contender = {
  idiom: 'new Bottleneck({ maxConcurrent: n }).schedule(handler, message)',
  push: ({ handler, atOnce, tell }) => {
    const limiter = new Bottleneck({ maxConcurrent: atOnce })
    const work = promised(handler)
    return { send: (message) => void limiter.schedule(work, message).then(tell) }
  },
}

export const contenders: Contenders = { fastq: fastqCallback, 'fastq.promise': fastqPromise, 'async.queue': asyncJs, bottleneck }
