/**
 * Lets every promise settle whose end is already decided, however long the chain: a message to oneself is only heard
 * once no microtask is left. It is no timer, so fake timers of a test runner do not stop it.
 */
export const settleAll = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
