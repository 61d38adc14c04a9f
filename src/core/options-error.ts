/** One thing that is wrong with an option: where it is, what came, and what would be right. */
export interface Problem {
  /** Dotted path from the options object: `workers.min`. Empty for the object itself. */
  readonly path: string
  /** What came, in a few words. */
  readonly got: string
  /** What would be right. */
  readonly expected: string
}

/** Thrown at once by whatever takes options; names every problem, not only the first. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'

  /** Who refused the options: `workerGroup`, `scaleMap`, … */
  readonly where: string
  readonly problems: readonly Problem[]

  constructor(where: string, problems: readonly Problem[]) {
    super(`${where}: ${problems.map(sentence).join('; ')}`)
    this.where = where
    this.problems = problems
  }
}

const sentence = ({ path, got, expected }: Problem): string => `${path === '' ? 'options' : path} should be ${expected}, but is ${got}`
