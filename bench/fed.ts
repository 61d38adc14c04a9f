import type { Line, Tell } from './contender.js'

/**
 * Sends so that never more than `window` messages are on their way, and resolves to the sum of all results. A result
 * that comes while a message is sent is answered by the loop that sent it: nobody's stack grows by it.
 */
export const fed = (messages: number, window: number, open: (tell: Tell) => Line): Promise<number> =>
  new Promise((resolve, reject) => {
    let [sent, settled, sum] = [0, 0, 0]
    let sending = false
    const line = open((result) => {
      sum += result
      settled++
      if (settled < messages) send()
      else Promise.resolve(line.close?.()).then(() => resolve(sum), reject)
    })
    const send = (): void => {
      if (sending) return
      sending = true
      while (sent < messages && sent - settled < window) line.send(sent++)
      sending = false
    }
    send()
  })

/** Resolves to the sum of all results once all of them were told. */
export const counted = (messages: number, start: (tell: Tell) => unknown): Promise<number> =>
  new Promise((resolve, reject) => {
    let [settled, sum] = [0, 0]
    const started = start((result) => {
      sum += result
      settled++
      if (settled === messages) resolve(sum)
    })
    if (started instanceof Promise) started.catch(reject)
  })
