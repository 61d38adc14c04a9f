import { fixed, restartOne, workerGroup, type GroupOptions, type Job, type Outcome, type ScalingPolicy, type WorkerGroup } from 'rxcrew'
import type { Contender, Contenders, Task } from '../contender.js'
import { hot } from '../hot.js'

type Extra = (atOnce: number) => Partial<GroupOptions<number, number>>

const made = ({ handler, atOnce }: Task, extra: Extra): WorkerGroup<number, number> =>
  workerGroup({
    action: ({ input }: Job<number>) => handler.call(input),
    workers: { min: atOnce, max: atOnce },
    scaling: fixed(atOnce),
    ...extra(atOnce),
  })

const value = (outcome: Outcome<number, number>): number => (outcome.type === 'completed' ? outcome.value : Number.NaN)

const group = (idiom: string, watched: boolean, extra: Extra = () => ({})): Contender => ({
  idiom,
  push: (task) => {
    const crew = made(task, extra)
    const { source$, send } = hot()
    const watch = watched ? crew.stats$.subscribe() : undefined
    source$.pipe(crew.run()).subscribe((outcome) => task.tell(value(outcome)))
    return {
      send,
      close: () => {
        watch?.unsubscribe()
        return crew.stop()
      },
    }
  },
  all: (task, messages) => ended(task, messages, extra),
  pull: (task, messages) => ended(task, messages, extra),
})

const ended = (task: Task, messages: Iterable<number> | AsyncIterable<number>, extra: Extra): unknown => {
  const crew = made(task, extra)
  return crew.consume(messages).subscribe({ next: (outcome) => task.tell(value(outcome)), complete: () => void crew.stop() })
}

/** One worker fewer, then all again, at every sample. */
const toAndFro = (atOnce: number): ScalingPolicy<boolean> => ({
  name: 'to and fro',
  initial: false,
  step: (fewer) => ({ state: !fewer, wanted: fewer ? atOnce : Math.max(1, atOnce - 1), reason: 'withinRange' }),
})

const moving = (everyMs: number): Extra => (atOnce) => ({ workers: { min: 1, max: atOnce }, scaling: toAndFro(atOnce), sampleEveryMs: everyMs })

const KEYS = Array.from({ length: 1_000 }, (_, key) => `key ${key}`)

const everything: Extra = (atOnce) => ({
  ...moving(10)(atOnce),
  retry: { maxAttempts: 3 },
  timeoutMs: 10_000,
  key: (message) => KEYS[message % KEYS.length],
  supervision: restartOne(),
})

/** A group with more options, pushed at. */
export const groupOf = (idiom: string, extra: Extra): Contender => group(idiom, false, extra)

export const contenders: Contenders = {
  group: group('workerGroup({ action }), run() for what is pushed, consume() for what is pulled', false),
  'group, everything on': group('retry, timeout, 1,000 keys, supervision, stats$, a limit that moves 100 times a second', true, everything),
  'group, limit at rest': group('one sample a second', false),
  'group, limit moving': group('one worker fewer or more every ms', false, moving(1)),
}
