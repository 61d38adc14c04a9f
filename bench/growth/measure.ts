import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Point } from './point.js'
import { SCENARIOS } from './scenarios.js'

/** One curve: its name, and a point for each size that was measured. */
export interface Curve {
  readonly name: string
  readonly points: readonly (Point & { readonly size: number })[]
}

const PROBE = fileURLToPath(new URL('probe.js', import.meta.url))
const TRIES = 2
/** What took longer is measured once: it is long enough to be told apart from noise. */
const LONG_MS = 15_000

const once = async (scenario: string, curve: string, size: number): Promise<Point> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', PROBE, scenario, curve, String(size)])
  return JSON.parse(stdout)
}

/** The fastest of several: what else happens on a machine only ever adds. */
const best = async (scenario: string, curve: string, size: number): Promise<Point> => {
  const startMs = performance.now()
  let least = await once(scenario, curve, size)
  for (let more = 1; more < TRIES && performance.now() - startMs < LONG_MS; more++) {
    // eslint-disable-next-line no-await-in-loop -- one at a time is the point
    const next = await once(scenario, curve, size)
    if (next.ns < least.ns) least = next
  }
  return least
}

export const curvesOf = async (scenario: string): Promise<readonly Curve[]> => {
  const { curves = {}, sizes = [] } = SCENARIOS[scenario] ?? {}
  const measured: Curve[] = []
  for (const name of Object.keys(curves)) {
    const points = []
    // eslint-disable-next-line no-await-in-loop -- one at a time is the point
    for (const size of sizes) points.push({ size, ...(await best(scenario, name, size)) })
    measured.push({ name, points })
  }
  return measured
}
