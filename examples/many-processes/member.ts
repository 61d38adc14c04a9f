import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RawPath } from '../duplicates/raw-path.js'
import type { Reading } from '../duplicates/recorder.js'
import { type Call, heard, type Orders, Word } from './words.js'

const PROGRAM = fileURLToPath(new URL('./worker.js', import.meta.url))

/** One worker process, as far as it has told of itself. */
export class Member {
  readonly number: number
  /** Resolves with how it ended: its code, or the signal that ended it. */
  readonly ended: Promise<string>
  /** Files it has begun and not ended. */
  readonly hand = new Set<RawPath>()
  begun = 0
  isReady = false
  reading: Reading | undefined
  readonly #process: ChildProcess

  /** @param onWord - Told what it says, after this has taken it in. */
  constructor(orders: Orders, onWord: (member: Member, word: Word) => void) {
    this.number = orders.number
    this.#process = fork(PROGRAM, [JSON.stringify(orders)])
    this.#process.on('message', (what) => {
      const word = heard(Word, what)
      this.#take(word)
      onWord(this, word)
    })
    this.ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve(signal ?? String(code)))
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  call(call: Call): void {
    // It may just have ended: then there is nobody to be told.
    if (this.#process.connected) this.#process.send(call, () => undefined)
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #take(word: Word): void {
    if (word.type === 'ready') this.isReady = true
    else if (word.type === 'stats') this.reading = word.reading
    else if (word.type === 'ends') this.hand.delete(word.path)
    else if (word.type === 'begins') {
      this.hand.add(word.path)
      this.begun += 1
    }
  }
}
