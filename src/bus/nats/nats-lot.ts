/** What the subject of an acknowledgement tells of a delivery. */
export interface Lot {
  /** Where settlements go. */
  readonly subject: string
  /** Which delivery of the message this is, counted from 1. */
  readonly attempt: number
  /** The number of the message in its stream. */
  readonly sequence: number
}

const PREFIX = '$JS.ACK.'
const SHORT_DOTS = 8

/**
 * What is told by
 * `$JS.ACK.<stream>.<consumer>.<attempt>.<sequence>.<consumer sequence>.<time>.<pending>`, or by the longer form with
 * domain and account before the stream and a random token at the end; none if it is the subject of no delivery.
 * https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-15.md
 */
export const lotOf = (subject: string): Lot | undefined => {
  if (!subject.startsWith(PREFIX)) return undefined
  // By hand, because it is done for every message: a split makes as much garbage as all the rest of a delivery.
  const first = afterDots(subject, 0, dotsIn(subject) === SHORT_DOTS ? 4 : 6)
  const second = afterDots(subject, first, 1)
  const end = subject.indexOf('.', second)
  const [attempt, sequence] = [Number(subject.slice(first, second - 1)), Number(subject.slice(second, end))]
  return first > 0 && second > 0 && end > 0 && attempt > 0 && sequence > 0 ? { subject, attempt, sequence } : undefined
}

/** When the stream took the message, in ms since the epoch, by the broker's clock. */
export const storedAtMs = ({ subject }: Lot): number => {
  const tokens = subject.split('.')
  return Math.floor(Number(tokens[tokens.length === SHORT_DOTS + 1 ? 7 : 9]) / 1e6)
}

const dotsIn = (text: string): number => {
  let dots = 0
  for (let at = text.indexOf('.'); at !== -1; at = text.indexOf('.', at + 1)) dots += 1
  return dots
}

/** Where the text goes on behind so many more dots; 0 if there are not so many. */
const afterDots = (text: string, from: number, dots: number): number => {
  let at = from
  for (let left = dots; left > 0; left -= 1) {
    at = text.indexOf('.', at) + 1
    if (at === 0) return 0
  }
  return at
}
