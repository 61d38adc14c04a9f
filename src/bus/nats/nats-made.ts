/** While a stream is being made, server 2.9 tells of it already, but with year 1 as the moment of its creation. */
const NOT_YET = '0001-'
const EVERY_MS = 10

/** What waiting needs of its topic. */
export interface Making<A> {
  readonly stream: string
  readonly timeoutMs: number
  readonly look: () => Promise<A>
  readonly pause: (ms: number) => Promise<void>
}

/**
 * The stream once it is made. The names of consumers hold the moment of that: of two members of a group that came
 * together, one with another moment would take a consumer of its own, and the group would have everything twice.
 */
export const whenMade = async <A extends { readonly created: string }>(first: A, { stream, timeoutMs, look, pause }: Making<A>): Promise<A> => {
  let now = first
  for (let leftMs = timeoutMs; now.created.startsWith(NOT_YET); leftMs -= EVERY_MS) {
    if (leftMs <= 0) throw new Error(`natsBus: stream '${stream}' was still being made after ${timeoutMs} ms`)
    // One look after the other.
    // oxlint-disable no-await-in-loop
    await pause(EVERY_MS)
    now = await look()
    // oxlint-enable no-await-in-loop
  }
  return now
}
