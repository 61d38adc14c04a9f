import { afterBurst } from './after-burst.js'
import { publishingFailed } from './redis-bus-error.js'
import { FIELD } from './redis-keys.js'
import { runScript, type Sender } from './redis-script.js'
import { PUBLISH } from './publish-script.js'

/** As much in one step of the server: others want it too. */
const MOST_MESSAGES = 256
const MOST_UNITS = 1_048_576

interface Batch {
  readonly texts: string[]
  units: number
  readonly confirmed: Promise<unknown>
  readonly go: () => void
}

/** Publishes what comes in one turn together, each stream by itself and in order; confirms each once Redis has it. */
export class Publisher {
  readonly #link: Sender
  readonly #open = new Map<string, Batch>()
  #asked = false

  constructor(link: Sender) {
    this.#link = link
  }

  publish(stream: string, text: string): Promise<unknown> {
    const batch = this.#open.get(stream) ?? this.#begin(stream)
    batch.texts.push(text)
    batch.units += text.length
    if (batch.texts.length >= MOST_MESSAGES || batch.units >= MOST_UNITS) this.#close(stream, batch)
    else this.#ask()
    return batch.confirmed
  }

  #begin(stream: string): Batch {
    const texts: string[] = []
    let go = (): void => undefined
    const confirmed = new Promise((resolve, reject) => {
      go = () => void this.#send(stream, texts).then(resolve, (error: unknown) => reject(publishingFailed(error)))
    })
    const batch = { texts, units: 0, confirmed, go: () => go() }
    this.#open.set(stream, batch)
    return batch
  }

  #ask(): void {
    if (this.#asked) return
    this.#asked = true
    afterBurst(() => {
      this.#asked = false
      for (const [stream, batch] of this.#open) this.#close(stream, batch)
    })
  }

  #close(stream: string, batch: Batch): void {
    this.#open.delete(stream)
    batch.go()
  }

  #send(stream: string, texts: readonly string[]): Promise<unknown> {
    const [only = ''] = texts
    return texts.length === 1 ? this.#link.send(['XADD', stream, '*', FIELD, only]) : runScript(this.#link, PUBLISH, [stream], texts)
  }
}
