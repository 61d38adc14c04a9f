import type { Contender } from '../contender.js'
import { HANDLERS } from '../handlers.js'

/** One contender that is opened once and given messages again and again. */
export interface Feeder {
  /** Resolves when so many more were handled, never more than the window on their way. */
  feed(messages: number): Promise<void>
  close(): Promise<void>
}

export const feeder = ({ push }: Contender, atOnce: number, window = Math.max(1_000, 2 * atOnce)): Feeder => {
  if (push === undefined) throw new Error('it takes no messages one at a time')
  let [sent, settled, goal] = [0, 0, 0]
  let sending = false
  let done: (() => void) | undefined
  const send = (): void => {
    if (sending) return
    sending = true
    while (sent < goal && sent - settled < window) line.send(sent++)
    sending = false
  }
  const line = push({ handler: HANDLERS.promise, atOnce, tell: () => {
    settled++
    if (settled === goal) done?.()
    else send()
  } })
  return {
    feed: (messages) =>
      new Promise((resolve) => {
        done = resolve
        goal += messages
        send()
      }),
    close: async () => {
      await line.close?.()
    },
  }
}
