import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../core/describe.js'
import { recordedArrivals, type Arrivals } from '../testing/arrivals.js'
import { recordedServices, type ServiceTimes } from '../testing/service-times.js'
import { NAMED_ARRIVALS, NAMED_SERVICES } from './named-loads.js'
import { problemsOf, readPick, type Read } from './problems.js'
import type { Recipes } from './recipe.js'
import type { SimulateFlags } from './simulate-flags.js'
import { readTraffic, type RecordedTraffic } from './traffic-file.js'

/** When messages come, and how long the work on each takes. */
export interface Messages {
  readonly arrivals: Arrivals
  readonly service: ServiceTimes
}

/** Messages by `--arrivals` and `--service`, or by `--traffic`. */
export const readMessages = async ({ text }: SimulateFlags, folder: string): Promise<Read<Messages>> => {
  const [file, arrivals, service] = [text('traffic'), text('arrivals'), text('service')]
  if (file === undefined) return byFormula(arrivals, service)
  const given = Object.entries({ arrivals, service }).filter(([, word]) => word !== undefined)
  const recorded = await readRecorded(file, folder)
  const problems = [...given.map(([flag]) => `--${flag} should not be given with --traffic, which tells it`), ...problemsOf([recorded])]
  return problems.length > 0 ? E.left(problems) : recorded
}

const byFormula = (arrivalsWord: string | undefined, serviceWord: string | undefined): Read<Messages> => {
  const arrivals = needed('arrivals', arrivalsWord, NAMED_ARRIVALS)
  const service = needed('service', serviceWord, NAMED_SERVICES)
  if (E.isLeft(arrivals) || E.isLeft(service)) return E.left(problemsOf([arrivals, service]))
  return E.right({ arrivals: arrivals.right, service: service.right })
}

const needed = <T>(flag: string, word: string | undefined, recipes: Recipes<T>): Read<T> =>
  word === undefined ? E.left([`--${flag} should be given, or --traffic, but is missing`]) : readPick(flag, word, recipes)

const readRecorded = async (file: string, folder: string): Promise<Read<Messages>> => {
  try {
    return E.map(asRecorded)(readTraffic(file, await readFile(resolve(folder, file), 'utf8')))
  } catch (error) {
    return E.left([`--traffic ${file} cannot be read: ${describe(error)}`])
  }
}

const asRecorded = ({ arrivalMs, serviceMs }: RecordedTraffic): Messages => ({ arrivals: recordedArrivals(arrivalMs), service: recordedServices(serviceMs) })
