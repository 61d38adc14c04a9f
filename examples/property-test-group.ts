import fc from 'fast-check'
import { constant, restartOne, workerGroup } from 'rxcrew'
import { delayFor, groupLaws, type MakeGroup } from 'rxcrew/testing'

interface Photo {
  readonly owner: string
  readonly ms: number
  readonly broken: boolean
}

const photos: fc.Arbitrary<Photo> = fc.record({ owner: fc.constantFrom('ann', 'ben'), ms: fc.nat(40), broken: fc.boolean() })

// #region make
/** The group as it is in production, but for its options: bounds, clock and limit are those of the trial. */
const resizing = (options: { readonly key: boolean }): MakeGroup<Photo, string> => (given, watch) =>
  workerGroup({
    ...given,
    action: watch(async ({ input, signal }) => {
      await delayFor(input.ms, { scheduler: given.scheduler, signal })
      if (input.broken) throw new Error('not a photo')
      return `${input.owner}'s photo`
    }),
    supervision: restartOne({ backoff: constant(5), maxRestarts: Infinity }),
    retry: { maxAttempts: 2, backoff: constant(10) },
    key: options.key ? ({ owner }) => owner : () => undefined,
  })
// #endregion

// In a test file: for (const { title, check } of lawsOf(…)) it(title, () => check())
const lawsOf = (make: MakeGroup<Photo, string>) => groupLaws('it', make, { inputs: photos, keyOf: ({ owner }) => owner })

const tell = async (laws: ReturnType<typeof lawsOf>): Promise<void> => {
  for (const { title, check } of laws) {
    const problem = await check({ seed: 42, numRuns: 15 }).then(() => undefined, (error: unknown) => /Got error: (.*)/.exec(String(error))?.[1])
    console.log(problem === undefined ? `  yes  ${title}` : `  NO   ${title}:\n       ${problem}`)
  }
}

console.log('with its key:')
await tell(lawsOf(resizing({ key: true })))
console.log('without:')
await tell(lawsOf(resizing({ key: false })).filter(({ title }) => title.includes('one key')))
