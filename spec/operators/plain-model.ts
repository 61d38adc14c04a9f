/** What the inner of a value does; `moves` sets the limit from within project, `feeds` puts one more value into the source. */
export type Kind =
  | { readonly type: 'open' | 'array' | 'of' | 'empty' | 'fails' | 'throws' | 'feeds' }
  | { readonly type: 'moves'; readonly limit: number }

export type Deed =
  | { readonly type: 'next'; readonly kind: Kind }
  | { readonly type: 'emit' | 'completeInner' | 'failInner'; readonly nth: number }
  | { readonly type: 'limit'; readonly limit: number }
  | { readonly type: 'completeSource' | 'failSource' | 'completeLimit' | 'failLimit' | 'unsubscribe' }

interface Item {
  readonly id: number
  readonly kind: Kind
}

/** The rules of `scaleMap`, as plainly as they can be said: arrays, recursion, and no thought for cost. */
export class PlainModel {
  readonly log: string[] = []
  readonly open: Item[] = []
  readonly waiting: Item[] = []
  ended = false
  limit: number | undefined
  running = 0
  #starting = 0
  #sourceCompleted = false
  #limitCompleted = false
  #ids = 0

  next(kind: Kind): void {
    if (this.ended || this.#sourceCompleted) return
    const item = { id: this.#ids++, kind }
    if (this.waiting.length > 0 || !this.#hasRoom()) this.waiting.push(item)
    else {
      this.#start(item)
      this.#goOn()
    }
  }

  emit(item: Item): void {
    this.log.push(`${item.id} emits`)
  }

  completeInner(item: Item): void {
    this.open.splice(this.open.indexOf(item), 1)
    this.running--
    this.#goOn()
  }

  setLimit(limit: number): void {
    if (this.ended || this.#limitCompleted) return
    this.limit = limit
    if (this.#starting === 0) this.#goOn()
  }

  completeLimit(): void {
    this.#limitCompleted = true
    if (!this.ended && this.limit === undefined) this.end('error OptionsError')
  }

  completeSource(): void {
    this.#sourceCompleted = true
    this.#goOn()
  }

  end(how?: string): void {
    if (this.ended) return
    if (how !== undefined) this.log.push(how)
    this.ended = true
    this.running = 0
    this.open.length = 0
    this.waiting.length = 0
  }

  #hasRoom(): boolean {
    return this.limit !== undefined && this.running < this.limit
  }

  #goOn(): void {
    while (!this.ended && this.#hasRoom()) {
      const item = this.waiting.shift()
      if (item === undefined) break
      this.#start(item)
    }
    if (!this.ended && this.#sourceCompleted && this.running === 0 && this.waiting.length === 0) this.end('complete')
  }

  #start(item: Item): void {
    this.log.push(`${item.id} starts`)
    this.running++
    this.#starting++
    this.#run(item)
    this.#starting--
  }

  #run(item: Item): void {
    const { kind } = item
    switch (kind.type) {
      case 'feeds':
        this.next({ type: 'open' })
        break
      case 'throws':
      case 'fails':
        return this.end(`error ${item.id}`)
      case 'moves':
        this.setLimit(kind.limit)
        if (!this.ended) this.open.push(item)
        return
      case 'open':
        this.open.push(item)
        return
    }
    if (this.ended) return
    if (kind.type !== 'empty') this.emit(item)
    this.running--
  }
}
