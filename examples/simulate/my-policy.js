/**
 * A worker for each message that waits or runs, and a quarter more: what is busy now will be so for a while.
 *
 * @type {import('rxcrew').ScalingPolicy<number>}
 */
export default {
  name: 'headroom',
  initial: 1,
  step: (before, { waiting, inFlight, min, max }) => {
    const needed = Math.ceil((waiting + inFlight) * 1.25)
    if (!Number.isSafeInteger(needed)) return { state: before, wanted: before, reason: 'held' }
    // Half of the way at a time, so that a single burst does not start a crowd.
    const wanted = Math.max(min, Math.min(max, Math.ceil((before + needed) / 2)))
    return { state: wanted, wanted, reason: wanted > before ? 'tooFew' : wanted < before ? 'tooMany' : 'withinRange' }
  },
}
