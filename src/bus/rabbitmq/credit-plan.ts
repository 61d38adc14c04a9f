/** A consumer on the server that may hold `size` unsettled messages at once. */
export interface Share {
  readonly tag: string
  readonly size: number
}

export interface CreditPlan {
  readonly cancel: readonly string[]
  /** The size of one more consumer; 0 for none. */
  readonly add: number
}

const MOST_SHARES = 16

/**
 * A quorum queue fixes how much a consumer may hold when the consumer begins, so a limit that moves is the sum of several:
 * one more when it rises, some fewer when it falls. `draining` messages of cancelled consumers count until they are
 * settled; what they leave is asked for again in eighths of the limit, and at the latest when none is left, so that a few
 * consumers do. The sum never exceeds the limit unless `draining` alone does. Pure.
 */
export const planCredit = (limit: number, shares: readonly Share[], draining: number): CreditPlan => {
  const sum = shares.reduce((total, { size }) => total + size, 0)
  const surplus = sum + draining - limit
  if (surplus > 0 && shares.length > 0) return { cancel: enough(shares, surplus), add: 0 }
  const worthIt = draining === 0 || -surplus >= limit / 8
  if (surplus >= 0 || !worthIt) return NOTHING
  if (shares.length < MOST_SHARES) return { cancel: [], add: -surplus }
  return { cancel: bySize(shares).slice(0, -1).map(({ tag }) => tag), add: 0 }
}

const NOTHING: CreditPlan = { cancel: [], add: 0 }

const bySize = (shares: readonly Share[]): readonly Share[] => shares.toSorted((a, b) => a.size - b.size)

/** The smallest that is enough alone; else the largest and what is needed beside it. */
const enough = (shares: readonly Share[], surplus: number): readonly string[] => {
  const sorted = bySize(shares)
  const alone = sorted.find(({ size }) => size >= surplus)
  if (alone !== undefined) return [alone.tag]
  const largest = sorted.at(-1)
  return largest === undefined ? [] : [largest.tag, ...enough(sorted.slice(0, -1), surplus - largest.size)]
}
