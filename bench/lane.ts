import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Cell, Measure } from './cell.js'

/** One contender that waits in its own process for the next round. */
export interface Lane {
  readonly name: string
  readonly idiom: string
  round(messages: number): Promise<Measure>
  close(): void
}

/** What a child says of itself, or of a round. */
export interface Answer {
  readonly idiom?: string
  readonly measure?: Measure
}

const PATIENCE_MS = 60_000

const CHILD = fileURLToPath(new URL('child.js', import.meta.url))

/** A young generation so large that a round fills no half of it: what a round allocates is then what the heap has grown by. */
export const COUNTING = ['--min-semi-space-size=512', '--max-semi-space-size=512', '--expose-gc']

export const lane = async (name: string, cell: Cell, flags: readonly string[] = []): Promise<Lane> => {
  const child = fork(CHILD, [name, JSON.stringify(cell)], { execArgv: [...flags] })
  const died = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`'${name}' ended in the midst of '${cell.name}', with code ${String(code)}`)
  })
  // It is listened to only while something is awaited; closing it is no failure.
  died.catch(() => undefined)
  const answer = async (): Promise<Answer> => {
    const heard = new AbortController()
    const late = pause(PATIENCE_MS, [], { signal: heard.signal })
    late.catch(() => undefined)
    const messages: readonly Answer[] = await Promise.race([once(child, 'message'), died, late])
    heard.abort()
    if (messages[0] === undefined) throw new Error(`'${name}' has not done its work of '${cell.name}' in ${PATIENCE_MS / 1_000} s`)
    return messages[0]
  }
  const { idiom = '' } = await answer()
  return {
    name,
    idiom,
    round: async (messages) => {
      child.send(messages)
      const { measure } = await answer()
      if (measure === undefined) throw new Error(`'${name}' told nothing`)
      return measure
    },
    close: () => child.kill('SIGKILL'),
  }
}
