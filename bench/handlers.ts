import type { Handler } from './contender.js'

export type HandlerName = 'sync' | 'promise' | 'setImmediate' | '1 ms timer'

/** The works: what a handler waits for decides how much of the time is the contender's. */
export const HANDLERS: Readonly<Record<HandlerName, Handler>> = {
  sync: { kind: 'sync', call: (message) => message + 1 },
  promise: { kind: 'later', call: async (message) => message + 1 },
  setImmediate: { kind: 'later', call: (message) => new Promise((resolve) => setImmediate(resolve, message + 1)) },
  '1 ms timer': { kind: 'later', call: (message) => new Promise((resolve) => setTimeout(resolve, 1, message + 1)) },
}
