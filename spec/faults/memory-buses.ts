import { memoryBus, type MemoryBus } from 'rxcrew'
import type { FaultTerms } from './fault-bus.js'

const places = new Map<number, MemoryBus>()

/** The bus of a place, on the terms of whoever asks first. */
export const memoryOn = (place: number, { leaseMs, maxAttempts }: FaultTerms): MemoryBus => {
  const known = places.get(place) ?? memoryBus({ leaseMs, maxAttempts })
  places.set(place, known)
  return known
}
