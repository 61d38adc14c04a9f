/** A scaling policy that gave no usable answer: it threw, or what it answered names no whole number of workers. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'

  /** The policy's name; of combined policies that of the one at fault. */
  readonly policy: string

  /** @param reason - What it did, as the rest of a sentence that begins with its name. */
  constructor(policy: string, reason: string, options?: ErrorOptions) {
    super(`scaling policy '${policy}' ${reason}`, options)
    this.policy = policy
  }
}

/** Different messages that are remembered; a policy may put a number or a moment in each. */
const MOST_KINDS = 16

/** Tells each error whose message was not told yet, the first 16 of them: a policy is asked again and again. */
export const onceEach = (tell: (error: PolicyError) => void): ((error: PolicyError) => void) => {
  const told = new Set<string>()
  return (error) => {
    if (told.size < MOST_KINDS && told.size < told.add(error.message).size) tell(error)
  }
}
