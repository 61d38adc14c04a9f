import { actionHub, createMessage, fixed, memoryBus, type Job, type Message } from 'rxcrew'
import type { Contender, Contenders, Task } from '../contender.js'

const TEXT = 'x'.repeat(1_000)

interface Payload {
  readonly n: number
  readonly text: string
}

const messageOf = (n: number): Message<Payload> => createMessage({ n, text: TEXT }, { id: `m${n}`, topic: 'work', sentAtMs: 1 })

/** What is on its way from `publish` to its acknowledgement is counted where the bus knows of it. */
const opened = ({ handler, atOnce, tell }: Task) => {
  const bus = memoryBus()
  const hub = actionHub({ bus })
  const group = hub.do('work', {
    action: ({ input }: Job<Payload, number>) => handler.call(input.n),
    workers: { min: atOnce, max: atOnce },
    scaling: fixed(atOnce),
  })
  let told = 0
  group.outcomes$.subscribe((outcome) => {
    told++
    tell(outcome.type === 'completed' && typeof outcome.value === 'number' ? outcome.value : Number.NaN)
  })
  hub.start()
  const close = async (): Promise<void> => {
    await hub.drain()
    const { acked } = bus.counts('work', 'work')
    await bus.close()
    if (acked !== told) throw new Error(`the bus heard of ${acked} acknowledgements, and ${told} messages were handled`)
  }
  return { bus, close }
}

const oneByOne: Contender = {
  idiom: 'hub.do(…) on memoryBus(); publish of one message at a time',
  push: (task) => {
    const { bus, close } = opened(task)
    return { send: (n) => void bus.publish([messageOf(n)]), close }
  },
}

/** What is sent in one turn goes out together, as one who has several messages would publish them. */
const together: Contender = {
  idiom: 'the same, all that is sent in one turn in one publish',
  push: (task) => {
    const { bus, close } = opened(task)
    let batch: Message[] = []
    const flush = (): void => {
      const full = batch
      batch = []
      void bus.publish(full)
    }
    return {
      send: (n) => {
        if (batch.push(messageOf(n)) === 1) queueMicrotask(flush)
      },
      close,
    }
  },
}

export const contenders: Contenders = { 'hub on a memory bus': oneByOne, 'hub on a memory bus, batches': together }
