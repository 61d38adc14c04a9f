// What the threads of the specs run; typed in work.d.ts beside it, since threads load JavaScript.
import { pbkdf2Sync } from 'node:crypto'
import { workerData } from 'node:worker_threads'
import { Piscina } from 'piscina'

export const double = (number) => number * 2

export const later = async (number) => {
  await new Promise((resolve) => { setImmediate(resolve) })
  return number + 1
}

export const nothing = () => 'nothing given'

/** Counts itself in while it spins, so that a spec sees how many are at work at once. */
export const spin = ({ counter, ms }) => {
  const atWork = new Int32Array(counter)
  const most = Atomics.add(atWork, 0, 1) + 1
  if (most > Atomics.load(atWork, 1)) Atomics.store(atWork, 1, most)
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
  Atomics.sub(atWork, 0, 1)
  return ms
}

/** Tells that it has begun, and never ends. */
export const forever = (port) => {
  port.postMessage('begun')
  for (;;);
}

/** Nothing can cut a call into native code. */
export const inNativeCode = ({ port, iterations }) => {
  port.postMessage('begun')
  return pbkdf2Sync('secret', 'salt', iterations, 32, 'sha256').length
}

export const fail = (message) => { throw new TypeError(message) }

export const exit = (code) => process.exit(code)

export const exitSoon = () => { setImmediate(() => process.exit(1)) }

export const uncaught = (message) => new Promise(() => { setImmediate(() => { throw new RangeError(message) }) })

export const hoard = () => {
  const all = []
  for (;;) all.push(Array.from({ length: 10_000 }, (_, at) => at))
}

export const notCloned = () => () => 1

export const sum = (bytes) => bytes.reduce((total, byte) => total + byte, 0)

let kept
/** Keeps what it gave: a moved buffer is empty here afterwards. */
export const bytesMoved = (length) => {
  kept = new Uint8Array(length).fill(1)
  return Piscina.move(kept)
}
export const lengthKept = () => kept.length

export const surroundings = () => ({ argv: process.argv.slice(2), env: { ...process.env }, data: Piscina.workerData, seen: workerData !== undefined })

export const constant = 3
export const twoArguments = (a, b) => a + b
