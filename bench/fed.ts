/** Feeds `send` so that never more than `window` messages are on their way, and resolves to the sum of all results. */
export type Driver = (send: (message: number) => void, onResult: (listener: (result: number) => void) => void) => Promise<number>

export const fed = (messages: number, window: number): Driver => (send, onResult) =>
  new Promise((resolve) => {
    let sent = 0
    let settled = 0
    let sum = 0
    onResult((result) => {
      sum += result
      settled++
      if (sent < messages) send(sent++)
      else if (settled === messages) resolve(sum)
    })
    while (sent < window) send(sent++)
  })
