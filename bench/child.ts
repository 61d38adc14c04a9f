// One contender in a process of its own. It says what it is once it has warmed up, then runs a round for each number of
// messages it is sent, and answers with what that took.
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import type { Cell, Measure } from './cell.js'
import type { Contender, Line, Tell } from './contender.js'
import { contenderNamed } from './entrants.js'
import type { Answer } from './lane.js'
import { counted, fed } from './fed.js'
import { HANDLERS } from './handlers.js'

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

async function* asked(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) yield n
}

const roundOf = ({ push, all, pull }: Contender, { handler, atOnce, source }: Cell): ((messages: number) => Promise<number>) => {
  const task = (tell: Tell) => ({ handler: HANDLERS[handler], atOnce, tell })
  const opened = (tell: Tell): Line => {
    if (push === undefined) throw new Error('it takes no messages one at a time')
    return push(task(tell))
  }
  if (source.type === 'window') return (messages) => fed(messages, source.size, opened)
  if (source.type === 'backlog') return all === undefined ? (messages) => fed(messages, messages, opened) : (messages) => counted(messages, (tell) => all(task(tell), numbers(messages)))
  if (pull === undefined) throw new Error('it asks for no messages')
  return (messages) => counted(messages, (tell) => pull(task(tell), asked(messages)))
}

let collections = 0
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] })

const measured = async (run: (messages: number) => Promise<number>, messages: number): Promise<Measure> => {
  const before = { collections, heap: process.memoryUsage().heapUsed, cpu: process.cpuUsage(), wallMs: performance.now() }
  const sum = await run(messages)
  const wallMs = performance.now() - before.wallMs
  const { user, system } = process.cpuUsage(before.cpu)
  const bytes = process.memoryUsage().heapUsed - before.heap
  if (sum !== (messages * (messages + 1)) / 2) throw new Error(`not all the work was done: the sum is ${sum}`)
  // What was collected is told a turn later.
  await turn()
  return { messages, wallMs, cpuMs: (user + system) / 1_000, bytes: collections === before.collections ? bytes : undefined }
}

const answer = (message: Answer): void => {
  process.send?.(message)
}

const [name = '', text = ''] = process.argv.slice(2)
const cell: Cell = JSON.parse(text)
const contender = await contenderNamed(name)
const run = roundOf(contender, cell)

process.on('message', (messages: number) => {
  // What the round before has left is no part of this one: `gc` is there only where bytes are counted.
  globalThis.gc?.({ type: 'minor' })
  void pause(1)
    .then(turn)
    .then(() => measured(run, messages))
    .then((measure) => answer({ measure }))
    .catch((error: unknown) => {
      console.error(`${name}, ${cell.name}:`, error)
      process.exit(1)
    })
})
answer({ idiom: contender.idiom })
