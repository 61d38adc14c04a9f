import type { Listener } from './listener.js'

/** All who listen on a bus, and who is about to. */
export class Listeners {
  readonly #all = new Set<Listener>()
  readonly #opening = new Set<Listener>()

  get isOpening(): boolean {
    return this.#opening.size > 0
  }

  /** Gives what takes it out again and closes it. */
  add(listener: Listener): () => void {
    this.#all.add(listener)
    this.#opening.add(listener)
    void listener.opened.then(() => this.#opening.delete(listener))
    return () => {
      this.#all.delete(listener)
      void listener.close()
    }
  }

  /** Resolves once everyone who is about to listen on one of the topics does, or never will. */
  async opened(topics: readonly string[]): Promise<void> {
    await Promise.all([...this.#opening].filter(({ topic }) => topics.includes(topic)).map(({ opened }) => opened))
  }

  /** First nobody takes anything any more, then everybody is told; resolves once the server knows. */
  async close(): Promise<void> {
    const all = [...this.#all]
    const closing = all.map((listener) => listener.close())
    for (const listener of all) listener.complete()
    await Promise.all(closing)
  }
}
