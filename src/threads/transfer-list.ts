import type { MessagePort } from 'node:worker_threads'

type Transferable = NonNullable<Parameters<MessagePort['postMessage']>[1]>[number]

/**
 * What may be moved to another thread instead of copied: buffers, ports and the like. A `SharedArrayBuffer` may be named,
 * and stays: threads share it anyway.
 */
export type TransferList = readonly (Transferable | SharedArrayBuffer)[]

/** The same, without what is shared and must not be moved. */
export const moved = (transfer: TransferList): Transferable[] => transfer.filter((part): part is Transferable => !(part instanceof SharedArrayBuffer))

/** Whether one was moved before and holds nothing any more. Node would pass it on, and the thread would end by it. */
export const someGone = (transfer: TransferList): boolean => transfer.some((part) => part instanceof ArrayBuffer && part.byteLength === 0 && isDetached(part))

const isDetached = (buffer: ArrayBuffer): boolean => {
  try {
    return new Uint8Array(buffer).length > 0
  } catch {
    return true
  }
}
