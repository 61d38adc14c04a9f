import { Subject, throwError, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'

const action = (): number => 1

/** The options as they come from a program without types. */
const make = (options: object): unknown => Reflect.apply(workerGroup, undefined, [options])

const problemsOf = (options: object): readonly string[] => {
  try {
    make(options)
  } catch (error) {
    if (error instanceof OptionsError) return error.problems.map(({ path }) => path)
    throw error
  }
  return []
}

describe('the options of a worker group', () => {
  it('have the defaults of the seed', () => {
    const { address, instance, supervision, scaling, min, max, live, phase } = workerGroup({ action }).stats()
    expect({ address, instance, supervision, scaling, min, max, live, phase }).toEqual({
      address: 'group', instance: 'scaling', supervision: 'restartOne', scaling: 'demand', min: 1, max: 10, live: 0, phase: 'idle',
    })
  })

  it('have a line of ten items by default', async () => {
    const group = workerGroup({ action })
    group.pause()
    for (let i = 0; i < 12; i += 1) group.offer(i).catch(() => undefined)
    expect(group.stats()).toMatchObject({ waiting: 10, received: 10 })
    await group.stop()
  })

  it('take name and address from the action unless they are given', () => {
    const named = { name: 'resize', decode: () => ({ _tag: 'Right' as const, right: 1 }), handle: () => 1 }
    expect(workerGroup({ action: named })).toMatchObject({ name: 'resize', address: 'resize' })
    expect(workerGroup({ action: named, name: 'small' })).toMatchObject({ name: 'small', address: 'small' })
    expect(workerGroup({ action, name: 'a', address: 'b/children/a' })).toMatchObject({ name: 'a', address: 'b/children/a' })
  })

  it('are refused all at once, each with its path', () => {
    const wrong = {
      name: '', address: 7, action: 'run', workers: { min: -1, max: 0, most: 3 }, scaling: {}, supervision: 'restart', instance: 'many',
      worker: { release: 1, recycleAfter: 0 }, capacity: 0, retry: { maxAttempts: 0, backoff: 5, when: true }, timeoutMs: 0, totalTimeoutMs: -1,
      key: 'id', rate: 5, ordered: 'yes', drain: { deadlineMs: -1, graceMs: Number.NaN }, gate$: true, signal: {}, onEscalation: 1,
      transport: { send: action }, sampleEveryMs: 0, statsEveryMs: 0, scheduler: {}, random: 0.5, batch: { max: 0, maxWaitMs: -1 },
    }
    expect(problemsOf(wrong).toSorted()).toEqual([
      'action', 'address', 'batch.max', 'batch.maxWaitMs', 'capacity', 'drain.deadlineMs', 'drain.graceMs', 'gate$', 'instance', 'key', 'name',
      'onEscalation', 'ordered', 'random', 'rate', 'retry.backoff', 'retry.maxAttempts', 'retry.when', 'sampleEveryMs', 'scaling', 'scheduler',
      'signal', 'statsEveryMs', 'supervision', 'timeoutMs', 'totalTimeoutMs', 'transport', 'worker.acquire', 'worker.recycleAfter', 'worker.release',
      'workers.max', 'workers.min', 'workers.most',
    ].toSorted())
  })

  it('are refused when the action is missing, and when one is unknown', () => {
    expect(problemsOf({ actoin: action })).toEqual(['actoin', 'action'])
  })

  it('say what came and what would be right', () => {
    expect(() => make({ action, capacity: 0.5 })).toThrow('workerGroup: capacity should be a whole number, 1 or more, but is 0.5')
  })

  it.each([
    ['single with several workers', { instance: 'single', workers: { max: 3 } }, ['workers']],
    ['single with no worker', { instance: 'single', workers: { min: 0 } }, ['workers']],
    ['oneTime with several workers', { instance: 'oneTime', workers: { min: 2, max: 2 } }, ['workers']],
    ['a least number above the largest', { workers: { min: 5, max: 2 } }, ['workers.min']],
    ['a window of no items', { ordered: { window: 0 } }, ['ordered.window']],
    ['a rate of nothing', { rate: { max: 0, perMs: 10 } }, ['rate']],
    ['a rate without a window', { rate: { max: 1 } }, ['rate']],
    ['a worker without a way to acquire', { worker: { recycleAfter: 1 } }, ['worker.acquire']],
    ['a batch without bounds', { batch: {} }, ['batch.max', 'batch.maxWaitMs']],
  ])('are refused for %s', (_, options, paths) => {
    expect(problemsOf({ action, ...options })).toEqual(paths)
  })

  it('are refused for an action that cannot take batches', () => {
    expect(problemsOf({ action: { name: 'a', decode: action, handle: action }, batch: { max: 2, maxWaitMs: 5 } })).toEqual(['action'])
  })

  it('allow a single group to say that it has one worker', () => {
    expect(workerGroup({ action, instance: 'single', workers: { min: 1, max: 1 } }).stats()).toMatchObject({ min: 1, max: 1, instance: 'single' })
  })

  it('let the largest number follow the least when only that is given', () => {
    expect(workerGroup({ action, workers: { min: 20 } }).stats()).toMatchObject({ min: 20, max: 20 })
    expect(workerGroup({ action, workers: { max: 3 } }).stats()).toMatchObject({ min: 1, max: 3 })
  })

  it('keep what a policy wants within the bounds', () => {
    const most = workerGroup({ action, workers: { max: 3 }, scaling: fixed(50) })
    const least = workerGroup({ action, workers: { min: 2 }, scaling: fixed(0) })
    most.start()
    least.start()
    expect([most.stats(), least.stats()]).toMatchObject([{ live: 3, wanted: 3, reason: 'limited' }, { live: 2, wanted: 2, reason: 'limited' }])
  })

  it('are refused when a rate that moves is no Observable of rates', async () => {
    const rate$ = new Subject<{ max: number; perMs: number }>()
    const group = workerGroup({ action, rate: rate$ })
    group.start()
    rate$.next({ max: 0, perMs: 1 })
    await group.wait()
    expect(group.stats()).toMatchObject({ phase: 'stopped', escalations: 1 })
  })

  it.each([['a wrong rate', of({ max: 0, perMs: 1 })], ['an error', throwError(() => new Error('no rate'))]])('stop a group whose rate is %s from the first moment', async (_, rate) => {
    const group = workerGroup({ action, rate })
    group.start()
    await group.wait()
    expect(group.stats()).toMatchObject({ phase: 'stopped', escalations: 1 })
  })
})
