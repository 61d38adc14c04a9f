import { it } from 'vitest'
import type { FaultBroker } from './fault-broker.js'
import type { Fault } from './faults.js'

/** `it` of a fault, unless this bus may not be given that: then the page says why. */
export const trying =
  ({ without }: FaultBroker, fault: Fault) =>
  (title: string, run: () => Promise<void>): void => {
    if (without[fault] === undefined) it(title, run)
  }
