import { Line, type Linked } from './memory-line.js'

/** Something that hands out what it has. */
export interface Drainable extends Linked<Drainable> {
  drain(): void
}

/**
 * Whatever happens only notes who has something to do; the outermost call does it all, one after the other. So a handler
 * may publish, settle or subscribe as it likes: nothing recurses, and nobody sees a half-made change.
 */
export class Loop {
  readonly #line = new Line<Drainable>()
  #running = false

  wake(drainable: Drainable): void {
    if (drainable.line === undefined) this.#line.push(drainable)
  }

  run(): void {
    if (this.#running) return
    this.#running = true
    try {
      for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) next.drain()
    } finally {
      this.#running = false
    }
  }
}
