import { constant, diurnal, poisson, ramp, spike, squareWave } from '../testing/arrival-patterns.js'
import type { Spacing } from '../testing/arrivals-by-rate.js'
import type { Arrivals } from '../testing/arrivals.js'
import { free, saturating, thrashing, type Downstream } from '../testing/downstream.js'
import { constantly, exponentially, lognormal, uniformly, type ServiceTimes } from '../testing/service-times.js'
import { byValues, type Recipes } from './recipe.js'

/** One number. */
type One<K extends string> = Readonly<Record<K, number>>

interface Waves extends One<'low' | 'high' | 'periodMs'> {
  readonly spacing?: Spacing
}

const waves = ({ low, high, ...rest }: Waves) => ({ lowPerSecond: low, highPerSecond: high, ...rest })

/** What `--arrivals` knows. Rates are messages per second. */
export const NAMED_ARRIVALS: Recipes<Arrivals> = {
  constant: byValues(['perSecond'], ({ perSecond }: One<'perSecond'>) => constant(perSecond)),
  poisson: byValues(['perSecond'], ({ perSecond }: One<'perSecond'>) => poisson(perSecond)),
  square: byValues(['low', 'high', 'periodMs', 'spacing'], (given: Waves) => squareWave(waves(given))),
  diurnal: byValues(['low', 'high', 'periodMs', 'spacing'], (given: Waves) => diurnal(waves(given))),
  spike: byValues(['base', 'peak', 'atMs', 'forMs', 'spacing'], ({ base, peak, ...rest }: One<'base' | 'peak' | 'atMs' | 'forMs'> & Pick<Waves, 'spacing'>) =>
    spike({ basePerSecond: base, peakPerSecond: peak, ...rest })),
  ramp: byValues(['from', 'to', 'overMs', 'spacing'], ({ from, to, ...rest }: One<'from' | 'to' | 'overMs'> & Pick<Waves, 'spacing'>) =>
    ramp({ fromPerSecond: from, toPerSecond: to, ...rest })),
}

/** What `--service` knows. */
export const NAMED_SERVICES: Recipes<ServiceTimes> = {
  constantly: byValues(['ms'], ({ ms }: One<'ms'>) => constantly(ms)),
  exponentially: byValues(['meanMs'], ({ meanMs }: One<'meanMs'>) => exponentially(meanMs)),
  uniformly: byValues(['fromMs', 'toMs'], ({ fromMs, toMs }: One<'fromMs' | 'toMs'>) => uniformly(fromMs, toMs)),
  lognormal: byValues(['meanMs', 'cv'], ({ meanMs, cv }: One<'meanMs' | 'cv'>) => lognormal(meanMs, cv)),
}

/** What `--downstream` knows. */
export const NAMED_DOWNSTREAMS: Recipes<Downstream> = {
  free: byValues([], () => free()),
  saturating: byValues(['knee'], ({ knee }: One<'knee'>) => saturating(knee)),
  thrashing: byValues(['knee', 'exponent'], ({ knee, ...options }: One<'knee'> & { readonly exponent?: number }) => thrashing(knee, options)),
}
