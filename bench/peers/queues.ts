import PQueue from 'p-queue'
import pLimit from 'p-limit'
import type { Contender, Contenders, Handler, Task } from '../contender.js'

type Add = (message: number) => Promise<number>

const added = (queue: PQueue, { kind, call }: Handler): Add => (kind === 'sync' ? (message) => queue.add(() => call(message)) : (message) => queue.add(() => call(message)))

/** A queue that answers with a promise for each message. */
const promising = (idiom: string, open: (task: Task) => Add): Contender => ({
  idiom,
  push: (task) => {
    const add = open(task)
    return { send: (message) => void add(message).then(task.tell) }
  },
})

/** Asks for the next message only as there is room: its `onSizeLessThan` is made for that. */
const pull = async ({ handler, atOnce, tell }: Task, messages: AsyncIterable<number>): Promise<void> => {
  const queue = new PQueue({ concurrency: atOnce })
  const add = added(queue, handler)
  for await (const message of messages) {
    await queue.onSizeLessThan(atOnce)
    void add(message).then(tell)
  }
}

const pQueue = (idiom: string, timeout?: number): Contender => ({
  ...promising(idiom, ({ handler, atOnce }) => {
    const queue = new PQueue({ concurrency: atOnce, ...(timeout === undefined ? {} : { timeout }) })
    return added(queue, handler)
  }),
  pull,
})

const limit: Contender = {
  ...promising('limit(handler, message); limit.map for a backlog', ({ handler, atOnce }) => {
    const limited = pLimit(atOnce)
    return (message) => limited(handler.call, message)
  }),
  all: async ({ handler, atOnce, tell }, messages) => {
    for (const result of await pLimit(atOnce).map(messages, handler.call)) tell(result)
  },
}

export const contenders: Contenders = {
  'p-queue': pQueue('queue.add(() => handler(message)); onSizeLessThan for what is pulled'),
  'p-queue, timeout': pQueue('the same with its option timeout', 10_000),
  'p-limit': limit,
}
