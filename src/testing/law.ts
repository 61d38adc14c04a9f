import * as fc from 'fast-check'

/** How thoroughly a law is tried, and from where. */
export interface LawParameters {
  /** Random cases: 1 or more, default 100. */
  readonly numRuns?: number | undefined
  /** A failure names its seed: given again, the same cases come again. Default another each time. */
  readonly seed?: number | undefined
  /** A failure names its path: given with its seed, the smallest counter-example comes first. */
  readonly path?: string | undefined
}

/** One law, to be run by whatever runs tests: `it(law.title, () => law.check())`. */
export interface Law {
  readonly title: string
  /** Throws when the law is broken, with the smallest counter-example, its seed and its path. */
  readonly check: (parameters?: LawParameters) => void
}

/** A law whose trials take promises: `it(law.title, () => law.check())`. */
export interface AsyncLaw {
  readonly title: string
  /** Rejects when the law is broken, with the smallest counter-example, its seed and its path. */
  readonly check: (parameters?: LawParameters) => Promise<void>
}

/** What a case found wrong, in one sentence; undefined when it found nothing. */
export type Verdict = string | undefined

export type LawMaker<A> = <T>(sentence: string, cases: fc.Arbitrary<T>, judge: (made: A, one: T) => Verdict) => Law

/**
 * Laws about one made thing. It is made when a law is checked, so that one that cannot be made fails the law and not the
 * whole suite.
 */
export const lawsOf = <A>(name: string, make: () => A): LawMaker<A> => (sentence, cases, judge) => ({
  title: `${name} ${sentence}`,
  check: (parameters = {}) => {
    const made = make()
    fc.assert(fc.property(cases, (one) => raise(judge(made, one))), given(parameters))
  },
})

/** Throws what was found wrong. */
export const raise = (verdict: Verdict): void => {
  if (verdict !== undefined) throw new Error(verdict)
}

/** What fast-check is told: not the parameters that are undefined, which it would take at their word, and to report what was found wrong. */
export const given = ({ numRuns, seed, path }: LawParameters): { numRuns?: number; seed?: number; path?: string; includeErrorInReport: boolean } => ({
  includeErrorInReport: true,
  ...(numRuns === undefined ? {} : { numRuns }),
  ...(seed === undefined ? {} : { seed }),
  ...(path === undefined ? {} : { path }),
})
