import { checkOptions, within, whole } from '../core/options.js'

/** What the work depends on, and how it bears being used by many at once. */
export interface Downstream {
  readonly name: string
  /** How many at once it bears without slowing; `Infinity` for any number. */
  readonly knee: number
  /** By how much a message takes longer that is started as one of `busy` at once: 1 or more. */
  slowdown(busy: number): number
}

/** Bears any number at once: a message takes as long as it takes. */
export const free = (): Downstream => ({ name: 'free', knee: Infinity, slowdown: () => 1 })

/**
 * Bears `knee` at once; beyond it everyone takes turns: slowdown = busy / knee. Throughput stays what it is at the
 * knee, knee / base time, so more workers gain nothing and lose nothing but themselves.
 */
export const saturating = (knee: number): Downstream => {
  checkOptions('saturating', { knee: whole(1) }, { knee }, undefined, ['knee'])
  return { name: `saturating past ${knee}`, knee, slowdown: (busy) => Math.max(1, busy / knee) }
}

export interface ThrashingOptions {
  /** How steep it is past the knee: slowdown = (busy / knee)^exponent. From 1 (saturating) to 10, default 2. */
  readonly exponent?: number | undefined
}

/**
 * Bears `knee` at once; beyond it they are in each other's way: slowdown = (busy / knee)^exponent. With the default of
 * 2, throughput past the knee falls as knee² / (busy · base time): twice as many workers do half of the work. The shape
 * is the retrograde part of the Universal Scalability Law (N. J. Gunther, "Guerrilla Capacity Planning", 2007), with an edge.
 */
export const thrashing = (knee: number, options: ThrashingOptions = {}): Downstream => {
  checkOptions('thrashing', { knee: whole(1), exponent: within(1, 10) }, { knee, ...options }, undefined, ['knee'])
  const { exponent = 2 } = options
  return { name: `thrashing past ${knee}`, knee, slowdown: (busy) => (busy <= knee ? 1 : (busy / knee) ** exponent) }
}
