import type { Booter, Consumer } from './consumer.js'
import type { Target } from './consumer-target.js'
import type { Template } from './template.js'

/** What the channels of templates need to know of the hub. */
export interface ChannelHost {
  template(name: string): Template | undefined
  /** Who has the name: a group that this channel feeds, one with a channel of its own, or none. */
  holder(name: string): 'booted' | 'own' | 'none'
  make(template: Template, booter: Booter): Consumer
  /** Makes the template's group; throws if it cannot. */
  boot(template: Template, channel: Consumer): Target
}

class Channel implements Booter {
  readonly template: Template
  readonly consumer: Consumer
  readonly #host: ChannelHost

  constructor(host: ChannelHost, template: Template) {
    this.#host = host
    this.template = template
    this.consumer = host.make(template, this)
  }

  boot(): Target {
    return this.#host.boot(this.template, this.consumer)
  }
}

/** The channels of templates: each listens from the start, whether its group lives or not, unless `do` has taken its name. */
export class Channels {
  readonly #host: ChannelHost
  readonly #open = new Map<string, Channel>()

  constructor(host: ChannelHost) {
    this.#host = host
  }

  get all(): readonly Channel[] {
    return [...this.#open.values()]
  }

  /** Opens or closes the channel of a name, so that it is as the registry and the groups say. */
  sync(name: string): void {
    const holder = this.#host.holder(name)
    const template = this.#host.template(name)
    const open = this.#open.get(name)
    if (open !== undefined && (holder === 'own' || (holder === 'none' && open.template !== template))) {
      this.#open.delete(name)
      void open.consumer.close()
    }
    if (template !== undefined && holder === 'none' && !this.#open.has(name)) this.#listen(template)
  }

  /** Resolves once no channel listens any more; one that feeds a group waits for its end. */
  async close(endOf: (name: string) => PromiseLike<unknown> | undefined): Promise<void> {
    const closing = [...this.#open].map(async ([name, { consumer }]) => {
      const end = endOf(name)
      if (end !== undefined) await end
      await consumer.close()
    })
    this.#open.clear()
    await Promise.all(closing)
  }

  #listen(template: Template): void {
    const channel = new Channel(this.#host, template)
    this.#open.set(template.name, channel)
    channel.consumer.open()
  }
}
