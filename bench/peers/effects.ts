import { Effect, Fiber, Queue, Stream } from 'effect'
import type { Contender, Contenders, Handler, Task } from '../contender.js'

type Run = (message: number) => Effect.Effect<number>

const effect = ({ kind, call }: Handler): Run =>
  kind === 'sync' ? (message) => Effect.sync(() => call(message)) : (message) => Effect.promise(() => call(message))

/** What its users would write for a handler that may fail and may hang. */
const guarded = (handler: Handler): Run => {
  const run = effect(handler)
  return (message) => run(message).pipe(Effect.timeout(10_000), Effect.retry({ times: 2 }), Effect.orDie)
}

/** Results are told a chunk at a time, which is its cheapest way out. */
const mapped = <E>(stream: Stream.Stream<number, E>, run: Run, { atOnce, tell }: Task): Effect.Effect<void, E> =>
  stream.pipe(
    Stream.mapEffect(run, { concurrency: atOnce, unordered: true }),
    Stream.runForEachArray((results) => Effect.sync(() => results.forEach(tell))),
  )

const streamed = (idiom: string, make: (handler: Handler) => Run): Contender => ({
  idiom,
  push: (task) => {
    const queue = Effect.runSync(Queue.unbounded<number>())
    const fiber = Effect.runFork(mapped(Stream.fromQueue(queue), make(task.handler), task))
    return { send: (message) => void Queue.offerUnsafe(queue, message), close: () => Effect.runPromise(Fiber.interrupt(fiber)) }
  },
  all: (task, messages) => Effect.runPromise(mapped(Stream.fromIterable(messages), make(task.handler), task)),
  pull: (task, messages) => Effect.runPromise(mapped(Stream.fromAsyncIterable(messages, String), make(task.handler), task)),
})

/** As many fibers as may run at once, each taking the next message when it is done with one. */
const fibers: Contender = {
  idiom: 'n fibers, each Queue.take, handler, again',
  push: ({ handler, atOnce, tell }) => {
    const queue = Effect.runSync(Queue.unbounded<number>())
    const run = effect(handler)
    const one = Effect.forever(Effect.map(Effect.flatMap(Queue.take(queue), run), tell))
    const fiber = Effect.runFork(Effect.all(Array.from({ length: atOnce }, () => one), { concurrency: 'unbounded', discard: true }))
    return { send: (message) => void Queue.offerUnsafe(queue, message), close: () => Effect.runPromise(Fiber.interrupt(fiber)) }
  },
}

export const contenders: Contenders = {
  'Effect, mapEffect': streamed('Stream.mapEffect(handler, { concurrency: n, unordered: true })', effect),
  'Effect, timeout and retry': streamed('the same, each handler with Effect.timeout and Effect.retry', guarded),
  'Effect, Queue and fibers': fibers,
}
