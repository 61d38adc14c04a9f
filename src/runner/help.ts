import { COLUMNS } from './comparison.js'
import { NAMED_ARRIVALS, NAMED_DOWNSTREAMS, NAMED_SERVICES } from './named-loads.js'
import { NAMED_POLICIES } from './named-policies.js'
import type { Recipes } from './recipe.js'

export const HELP = `Usage: rxcrew COMMAND [OPTIONS]

  simulate    tries scaling policies on a model of your load
  --help      this text; rxcrew simulate --help tells its options

`

const INDENT = ' '.repeat(22)

/** Names of recipes with their values, in lines of at most 82 characters. */
const listed = (recipes: Recipes<unknown>): string => {
  const words = Object.entries(recipes).map(([name, { inOrder }]) => (inOrder.length === 0 ? name : `${name}:${inOrder.join(',')}`))
  const lines = words.reduce<readonly string[]>((all, word) => {
    const last = all.at(-1)
    return last !== undefined && last.length + word.length < 56 ? [...all.slice(0, -1), `${last}  ${word}`] : [...all, word]
  }, [])
  return lines.join(`\n${INDENT}`)
}

const described = (heads: readonly { readonly head: string; readonly meaning: string }[]): string =>
  heads.map(({ head, meaning }) => `  ${head.padEnd(INDENT.length - 2)}${meaning}`).join('\n')

/** What the last two rows of the table are. */
export const RIVALS: readonly string[] = [
  'The best fixed number is found with hindsight: that with the lowest sojourn p99.',
  'The clairvoyant does the same work at the same moments, and pays only for work.',
]

export const SIMULATE_HELP = `Tries scaling policies on a model of a load, side by side with the best fixed
number of workers and with what a clairvoyant would pay.

Usage: rxcrew simulate [OPTIONS]

  --policy NAME       may be given again; default: demand. Options follow the
                      name: demand:maxIdleMs=5000 or 'demand:{"maxIdleMs":5000}'.
                      ${listed(NAMED_POLICIES)}
  --policy FILE       a module with a policy as its default export or as 'policy':
                      ./my-policy.js
  --arrivals KIND     when messages come; rates are messages per second. Values in
                      this order, or by name: square:low=10,high=80,periodMs=60000
                      ${listed(NAMED_ARRIVALS)}
  --service KIND      how long the work on one takes
                      ${listed(NAMED_SERVICES)}
  --traffic FILE      both as they were recorded: a CSV file with the columns
                      arrivalMs and serviceMs, in the order of arrival
  --downstream KIND   how the work bears being done by many at once; default: free
                      ${listed(NAMED_DOWNSTREAMS)}
  --failures OPTIONS  attempts fail: share=0.01,maxAttempts=3,retryAfterMs=100
  --restart-after-ms  a failing worker is replaced after so long; default: kept
  --min, --max        bounds of the group, in workers; default: 1 and 10
  --seconds, --count  messages come for so long, or so many; default: 300 seconds,
                      or all that were recorded
  --seed              all chance comes from it; default: 1
  --sample-every-ms   between two looks at the load; default: 1000
  --start-ms          how long a worker takes to start; default: 0
  --capacity          bound of the line, beyond it senders wait; default: Infinity
  --report FILE       also writes a page with the table and pictures

The columns:
${described(COLUMNS)}

${RIVALS.join('\n')}

Exit codes: 0 done, 1 a policy failed, 2 wrong usage.
`
