import type { SimulatedLoad } from '../testing/simulate-options.js'

/** What a load is, in a few lines. */
export const loadLines = ({ arrivals, service, downstream, failures, restart, bounds, seed, count, untilMs, startMs, capacity }: SimulatedLoad): readonly string[] => [
  `arrivals ${arrivals.name}; service ${service.name}; downstream ${downstream?.name ?? 'free'}`,
  [
    `workers ${bounds.min} to ${bounds.max}`,
    ...(untilMs === undefined ? [] : [`for ${untilMs / 1_000} s`]),
    ...(count === undefined ? [] : [`${count} messages at most`]),
    `seed ${seed ?? 1}`,
    ...(startMs === undefined ? [] : [`a worker starts in ${startMs} ms`]),
    ...(capacity === undefined ? [] : [`a line of ${capacity}`]),
  ].join('; '),
  ...(failures === undefined ? [] : [`${failures.share} of the attempts fail, ${failures.maxAttempts ?? 1} at most, ${failures.retryAfterMs ?? 0} ms apart`]),
  ...(restart === undefined ? [] : [`a failing worker is replaced after ${restart.afterMs} ms`]),
]
