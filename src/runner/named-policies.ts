import { demand } from '../scaling/demand.js'
import { fixed } from '../scaling/fixed.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import { byOptions, byValues, type Recipes } from './recipe.js'

/** The policies that `--policy` knows by name: one line each. */
export const NAMED_POLICIES: Recipes<ScalingPolicy> = {
  demand: byOptions(demand),
  fixed: byValues(['workers'], ({ workers }: { readonly workers: number }) => fixed(workers)),
}
