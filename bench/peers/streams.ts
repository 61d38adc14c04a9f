import { createAdapter } from '@most/adapter'
import { mergeMapConcurrently, newStream, now, runEffects, tap } from '@most/core'
import { currentTime, newDefaultScheduler } from '@most/scheduler'
import type { Stream } from '@most/types'
import type { Contender, Contenders, Handler } from '../contender.js'

const DISPOSED = { dispose: () => undefined }

/** A stream of the one result. One that ends while it is being run would keep its place: what is there at once comes by `now`. */
const resultOf = ({ kind, call }: Handler, message: number): Stream<number> => {
  if (kind === 'sync') return now(call(message))
  return newStream((sink, scheduler) => {
    void call(message).then((result) => {
      const time = currentTime(scheduler)
      sink.event(time, result)
      sink.end(time)
    })
    return DISPOSED
  })
}

const most: Contender = {
  idiom: 'mergeMapConcurrently(handler, n, stream), the stream by createAdapter()',
  push: ({ handler, atOnce, tell }) => {
    const [send, stream] = createAdapter<number>()
    void runEffects(tap(tell, mergeMapConcurrently((message) => resultOf(handler, message), atOnce, stream)), newDefaultScheduler())
    return { send }
  },
}

export const contenders: Contenders = { '@most/core': most }
