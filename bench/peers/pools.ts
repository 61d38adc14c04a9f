import { AutoscaledPool, Configuration } from '@crawlee/core'
import type { Contender, Contenders, Task } from '../contender.js'

const pool = ({ handler, atOnce, tell }: Task, isTaskReady: () => boolean | Promise<boolean>, take: () => number): AutoscaledPool =>
  new AutoscaledPool(
    {
      minConcurrency: atOnce,
      maxConcurrency: atOnce,
      isTaskReadyFunction: async () => isTaskReady(),
      isFinishedFunction: async () => false,
      runTaskFunction: async () => tell(await handler.call(take())),
      loggingIntervalSecs: null,
    },
    new Configuration({ persistStorage: false }),
  )

/** It asks whether a task is ready; what is pushed waits in an array with a head. */
const crawlee: Contender = {
  idiom: 'AutoscaledPool with min and max concurrency n, asked on by notify()',
  push: (task) => {
    const waiting: number[] = []
    let head = 0
    const take = (): number => waiting[head++] ?? Number.NaN
    const autoscaled = pool(task, () => head < waiting.length, take)
    const ran = autoscaled.run()
    return {
      send: (message) => {
        waiting.push(message)
        void autoscaled.notify()
      },
      close: async () => {
        await autoscaled.abort()
        await ran
      },
    }
  },
}

export const contenders: Contenders = { 'Crawlee AutoscaledPool': crawlee }
