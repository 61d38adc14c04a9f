import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib'
import { scheduler as loop } from 'node:timers/promises'

/** A channel and its end. */
export interface Opened<C extends Channel> {
  readonly channel: C
  /** Resolves when it is closed, whoever closed it, to the error if there was one. */
  readonly ended: Promise<unknown>
}

export const openChannel = async (model: ChannelModel): Promise<Opened<Channel>> => watched(await model.createChannel())

export const openConfirmChannel = async (model: ChannelModel): Promise<Opened<ConfirmChannel>> => watched(await model.createConfirmChannel())

const watched = <C extends Channel>(channel: C): Opened<C> => {
  let error: unknown
  channel.on('error', (told: unknown) => {
    error ??= told
  })
  // What comes late for a consumer that was cancelled must not end the channel: without this listener it would.
  channel.on('handler-error', () => undefined)
  const ended = new Promise<unknown>((resolve) => void channel.on('close', () => resolve(error)))
  return { channel, ended }
}

/** Why a call over a channel failed: the server says it of the channel, and the client only that calls were cut off. */
export const reasonOf = async ({ ended }: Opened<Channel>, error: unknown): Promise<unknown> => (await Promise.race([ended, loop.yield()])) ?? error

/** Resolves once it is closed, whoever closed it: the client does not say so when the connection breaks meanwhile. */
export const closeQuietly = (closing: Pick<Channel | ChannelModel, 'close' | 'once'>): Promise<void> =>
  new Promise((resolve) => {
    closing.once('close', () => resolve())
    // What was closed already throws, which is as good.
    closing.close().then(resolve, () => resolve())
  })
