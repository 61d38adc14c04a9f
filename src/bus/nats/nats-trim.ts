import type { JetStreamManager } from '@nats-io/jetstream'

/** What trimming needs of the server's interface. */
export type TrimmedStreams = Pick<JetStreamManager['streams'], 'info' | 'purge' | 'deleteMessage'>

/** Since this version the server keeps what is out at consumers when a part of a stream is purged. */
const PURGES_WELL = [2, 9, 15] as const

/** Deletions under way at once. */
const AT_ONCE = 500

/**
 * Whether a purge up to some message leaves alone what is out beyond it. Before 2.9.15 it made the server forget that, so
 * that nobody got it again when its consumer died: https://github.com/nats-io/nats-server/pull/3892
 */
export const purgesWell = (version = ''): boolean => {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  const at = PURGES_WELL.findIndex((wanted, index) => parts[index] !== wanted)
  return at === -1 || (parts[at] ?? 0) > (PURGES_WELL[at] ?? 0)
}

/** Removes the messages of a stream before the one numbered `keep`: all at once where the server can, else one by one while `wanted`. */
export const trim = async (streams: TrimmedStreams, stream: string, keep: number, version: string | undefined, wanted: () => boolean): Promise<void> => {
  if (purgesWell(version)) return void (await streams.purge(stream, { seq: keep }))
  const { created } = await streams.info(stream)
  for (let before = 0; wanted(); ) {
    // One piece after the other, and each of the stream that it was: numbers mean other messages in another.
    // oxlint-disable no-await-in-loop
    const now = await streams.info(stream)
    const first = now.state.first_seq
    if (now.created !== created || first >= keep || first <= before) return
    before = first
    await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, keep - first) }, (_, index) => streams.deleteMessage(stream, first + index, false)))
    // oxlint-enable no-await-in-loop
  }
}
