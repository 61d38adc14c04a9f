import { it } from 'vitest'
import type { FaultBroker } from './fault-broker.js'
import type { Fault } from './faults.js'

/** `it` of a fault that this bus may not be given. */
export const trying = ({ without }: FaultBroker, fault: Fault): typeof it.skip => (without[fault] === undefined ? it : it.skip)
