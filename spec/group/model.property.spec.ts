import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { constant } from '../../src/supervision/constant.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'
import { play } from './group-model.js'
import { commands, settings } from './group-plans.js'

const often = { backoff: constant(4), maxRestarts: Infinity }
const soon = { backoff: constant(2), maxRestarts: 2, withinMs: 50 }

const strategies: Readonly<Record<string, readonly SupervisionStrategy[]>> = {
  'resuming workers': [resume()],
  'restarting one worker': [restartOne(often), restartOne(soon), restartOne({ ...often, backoff: constant(0) })],
  'restarting all workers': [restartAll(often), restartAll(soon), restartAll({ ...often, inFlight: 'abort' }), restartAll({ ...soon, inFlight: 'abort' })],
  'stopping at a failure': [stopAndEscalate()],
}

describe('a worker group, whatever is done to it', () => {
  it.each(Object.entries(strategies))('keeps what it promises at every instant, %s', async (_, members) => {
    await fc.assert(
      fc.asyncProperty(settings(fc.constantFrom(...members)), fc.array(commands, { maxLength: 30, size: 'max' }), play),
      { numRuns: 60 },
    )
  })
})
