import { adaptive } from '../scaling/adaptive.js'
import { aimd } from '../scaling/aimd.js'
import { demand } from '../scaling/demand.js'
import { exploring } from '../scaling/exploring.js'
import { fixed } from '../scaling/fixed.js'
import { gradient } from '../scaling/gradient.js'
import { gradient2 } from '../scaling/gradient2.js'
import { littlesLaw } from '../scaling/littles-law.js'
import { resizer } from '../scaling/resizer.js'
import { schedule } from '../scaling/schedule.js'
import { targetBacklog } from '../scaling/target-backlog.js'
import { targetUtilization } from '../scaling/target-utilization.js'
import { vegas } from '../scaling/vegas.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import { byOptions, byValues, type Recipes } from './recipe.js'

/** The policies that `--policy` knows by name: one line each. */
export const NAMED_POLICIES: Recipes<ScalingPolicy> = {
  adaptive: byOptions(adaptive),
  demand: byOptions(demand),
  fixed: byValues(['workers'], ({ workers }: { readonly workers: number }) => fixed(workers)),
  targetBacklog: byOptions(targetBacklog),
  targetUtilization: byOptions(targetUtilization),
  littlesLaw: byOptions(littlesLaw),
  schedule: byOptions(schedule),
  aimd: byOptions(aimd),
  vegas: byOptions(vegas),
  gradient2: byOptions(gradient2),
  gradient: byOptions(gradient),
  exploring: byOptions(exploring),
  resizer: byOptions(resizer),
}
