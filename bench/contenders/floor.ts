import type { Contender, Contenders, Task } from '../contender.js'

/** More than ever wait: it is fed, and what is given all at once is not kept. */
const RING = 16_384

/** The least that can be done by hand: a counter, a ring that never grows, a callback for each message. */
const push: Contender['push'] = ({ handler, atOnce, tell }) => {
  if (handler.kind === 'sync') return { send: (message) => tell(handler.call(message)) }
  const waiting = new Int32Array(RING)
  let [first, next, running] = [0, 0, 0]
  const start = (message: number): void => {
    running++
    void handler.call(message).then(ended)
  }
  const ended = (result: number): void => {
    running--
    tell(result)
    if (first < next) start(waiting[first++ % RING] ?? 0)
  }
  return {
    send: (message) => {
      if (running < atOnce) start(message)
      else waiting[next++ % RING] = message
    },
  }
}

const all = ({ handler, atOnce, tell }: Task, messages: readonly number[]): void => {
  if (handler.kind === 'sync') return messages.forEach((message) => tell(handler.call(message)))
  let next = 0
  const start = (): void => {
    if (next < messages.length) void handler.call(messages[next++] ?? 0).then(ended)
  }
  const ended = (result: number): void => {
    tell(result)
    start()
  }
  for (let slot = 0; slot < atOnce; slot++) start()
}

const pull = async ({ handler, atOnce, tell }: Task, messages: AsyncIterable<number>): Promise<void> => {
  const iterator = messages[Symbol.asyncIterator]()
  const slot = async (): Promise<void> => {
    // eslint-disable-next-line no-await-in-loop -- one after the other is what a slot is
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) tell(await handler.call(next.value))
  }
  await Promise.all(Array.from({ length: atOnce }, slot))
}

export const contenders: Contenders = {
  floor: { idiom: 'a counter, a ring and a callback, by hand', push, all, pull },
}
