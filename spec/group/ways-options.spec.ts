import { of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { workerGroup } from '../../src/group/worker-group.js'

const action = ({ input }: { input: number }): number => input

/** What a group says of options that the compiler would not let through. */
const problems = (json: string): readonly unknown[] => {
  const given: Parameters<typeof workerGroup>[0] = { action, ...JSON.parse(json) }
  return problemsOf(() => workerGroup(given))
}

const problemsOf = (make: () => unknown): readonly unknown[] => {
  try {
    make()
    return []
  } catch (error) {
    return error instanceof OptionsError ? error.problems.map(({ path, got }) => `${path}: ${got}`) : [error]
  }
}

describe('the options of a group', () => {
  it('have the defaults that are promised', () => {
    const group = workerGroup({ action })
    expect([group.name, group.address]).toEqual(['group', 'group'])
    expect(group.stats()).toEqual({
      address: 'group', instance: 'scaling', supervision: 'restartOne', scaling: 'demand', phase: 'idle', min: 1, max: 10,
      live: 0, available: 10, busy: 0, wanted: 0, reason: 'initial', waiting: 0, inFlight: 0, retrying: 0, zombies: 0,
      received: 0, processed: 0, failed: 0, rejected: 0, timedOut: 0, cancelled: 0, expired: 0, dropped: 0, handedBack: 0,
      failures: 0, escalations: 0, restarts: 0, created: 0, stopped: 0, idled: 0,
      waitMs: { p50: 0, p90: 0, p99: 0 }, serviceMs: { p50: 0, p90: 0, p99: 0 }, sojournMs: { p50: 0, p90: 0, p99: 0 },
    })
  })

  it('take the name from the action and the address from the name', () => {
    const named = { name: 'resize', decode: () => ({ _tag: 'Right', right: 1 }) as const, handle: () => 1 }
    expect(workerGroup({ action: named })).toMatchObject({ name: 'resize', address: 'resize' })
    expect(workerGroup({ action: named, name: 'a', address: 'b' })).toMatchObject({ name: 'a', address: 'b' })
  })

  it('raise the greatest number of workers to a minimum above the default, and lower the minimum to a maximum', () => {
    expect(workerGroup({ action, workers: { min: 12 } }).stats()).toMatchObject({ min: 12, max: 12 })
    expect(workerGroup({ action, workers: { max: 3 } }).stats()).toMatchObject({ min: 1, max: 3 })
    expect(workerGroup({ action, workers: { min: 0 } }).stats()).toMatchObject({ min: 0, max: 10 })
  })

  it('are refused all at once, each with its path', () => {
    const wrong = '{ "workers": { "min": -1, "max": 0.5 }, "capacity": 0, "worker": { "recycleAfter": 0 }, "retry": { "maxAttempts": 0 }, "drain": { "graceMs": -1 } }'
    expect(problems(wrong)).toEqual([
      'workers.min: -1', 'workers.max: 0.5', 'worker.acquire: missing', 'worker.recycleAfter: 0', 'capacity: 0', 'retry.maxAttempts: 0', 'drain.graceMs: -1',
    ])
  })

  it.each([
    ['{ "worker": {} }', 'worker.acquire: missing'],
    ['{ "workers": { "min": 3, "max": 2 } }', 'workers.min: 3'],
    ['{ "instance": "single", "workers": { "max": 2 } }', 'workers: '],
    ['{ "instance": "oneTime", "workers": { "min": 0 } }', 'workers: '],
    ['{ "instance": "many" }', 'instance: "many"'],
    ['{ "rate": { "max": 0, "perMs": 10 } }', 'rate: '],
    ['{ "rate": { "max": 1, "perMs": 0 } }', 'rate: '],
    ['{ "batch": { "max": 0, "maxWaitMs": 0 } }', 'batch.max: 0'],
    ['{ "batch": { "max": 1 } }', 'batch.maxWaitMs: missing'],
    ['{ "ordered": { "window": 0 } }', 'ordered.window: 0'],
    ['{ "ordered": 3 }', 'ordered: 3'],
    ['{ "timeoutMs": 0 }', 'timeoutMs: 0'],
    ['{ "concurrency": 4 }', 'concurrency: not an option'],
    ['{ "workers": { "most": 4 } }', 'workers.most: not an option'],
    ['{ "name": "" }', 'name: ""'],
    ['{ "action": 1 }', 'action: 1'],
  ])('are refused: %s', (json, problem) => {
    // How several values are shown together is not promised.
    expect(problems(json).map((found) => String(found).slice(0, problem.length))).toEqual([problem])
  })

  it('may give `single` the one worker it has anyway', () => {
    expect(workerGroup({ action, instance: 'single', workers: { min: 1, max: 1 } }).stats()).toMatchObject({ min: 1, max: 1, scaling: 'fixed' })
  })

  it('of `run` are checked when it is called', () => {
    const wrong: Parameters<ReturnType<typeof workerGroup>['run']>[0] = JSON.parse('{ "overflow": "wait", "capacity": 0 }')
    expect(problemsOf(() => of(1).pipe(workerGroup({ action }).run(wrong)))).toEqual(['overflow: "wait"', 'capacity: 0'])
  })
})
