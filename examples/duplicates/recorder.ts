/** What is read off a group: a part of rxcrew's GroupStats. */
export interface Reading {
  readonly address: string
  readonly live: number
  readonly busy: number
  readonly max: number
  readonly waiting: number
  readonly processed: number
  readonly failed: number
  readonly escalations: number
  readonly restarts: number
  readonly serviceMs: { readonly p50: number; readonly p99: number }
}

/** All groups at one moment, since the start. */
export interface Sample {
  readonly atMs: number
  readonly groups: readonly Reading[]
}

/** Samples in the order of time. It never holds more than `most`: then every other one goes and the span doubles. */
export interface Recording {
  readonly samples: readonly Sample[]
  readonly everyMs: number
  /** The span it began with, at which samples are offered. */
  readonly tickMs: number
  readonly most: number
}

export const emptyRecording = (tickMs: number, most = 480): Recording => ({ samples: [], everyMs: tickMs, tickMs, most })

/** Adds a sample, unless the one before is nearer than the span. */
export const record = (recording: Recording, sample: Sample): Recording => {
  const last = recording.samples.at(-1)
  // A timer may be a little early: less than half a tick.
  if (last !== undefined && sample.atMs - last.atMs < recording.everyMs - recording.tickMs / 2) return recording
  return thinned({ ...recording, samples: [...recording.samples, sample] })
}

/** The state at the end belongs into the picture, however near the sample before it is. */
export const recordLast = (recording: Recording, sample: Sample): Recording => thinned({ ...recording, samples: [...recording.samples, sample] })

const thinned = (recording: Recording): Recording =>
  recording.samples.length <= recording.most
    ? recording
    : { ...recording, everyMs: recording.everyMs * 2, samples: recording.samples.filter((_, index) => index % 2 === 0) }

export interface Point {
  readonly atMs: number
  readonly value: number
}

/** One number of one group over time. */
export const series = (samples: readonly Sample[], address: string, read: (reading: Reading) => number): readonly Point[] =>
  samples.flatMap(({ atMs, groups }) => groups.filter((group) => group.address === address).map((group) => ({ atMs, value: read(group) })))

/** What was processed per second between one sample and the next. */
export const throughput = (samples: readonly Sample[], address: string): readonly Point[] => {
  const totals = series(samples, address, ({ processed }) => processed)
  return totals.slice(1).flatMap(({ atMs, value }, index) => {
    const before = totals[index]
    return before === undefined || atMs <= before.atMs ? [] : [{ atMs, value: ((value - before.value) * 1000) / (atMs - before.atMs) }]
  })
}

/** What a group processed per second of late: over the last `spanMs`. */
export const recentRate = (samples: readonly Sample[], address: string, spanMs = 2000): number => {
  const totals = series(samples, address, ({ processed }) => processed)
  const last = totals.at(-1)
  const first = totals.findLast(({ atMs }) => last !== undefined && atMs <= last.atMs - spanMs) ?? totals[0]
  return last === undefined || first === undefined || last.atMs <= first.atMs ? 0 : ((last.value - first.value) * 1000) / (last.atMs - first.atMs)
}
