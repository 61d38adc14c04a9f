const BLOCK = 1_000

const ENDS: readonly string[] = Array.from({ length: BLOCK }, (_, end) => String(end).padStart(3, '0'))

/**
 * The ids of messages that came without one: `address-1`, `address-2` and so on. All but their last three digits are made
 * once for a thousand of them: turning a number into text costs more than the rest of a message.
 */
export class Ids {
  readonly #address: string
  #block = 0
  #beginning = ''

  constructor(address: string) {
    this.#address = address
  }

  at(seq: number): string {
    if (seq < BLOCK) return `${this.#address}-${seq}`
    const end = seq % BLOCK
    const block = (seq - end) / BLOCK
    if (block !== this.#block) {
      this.#block = block
      this.#beginning = `${this.#address}-${block}`
    }
    return this.#beginning + (ENDS[end] ?? '')
  }
}
