import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import type { Vitals } from '../../src/core/vitals.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { guarded } from '../../src/scaling/guarded.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { VirtualTime } from '../support/virtual-time.js'

const seenBy = (samples: LoadSample[]): ScalingPolicy => ({
  name: 'watching',
  initial: null,
  step: (state, load) => {
    samples.push(load)
    return { state, wanted: 2, reason: 'withinRange' }
  },
})

const groupWith = (vitals: Vitals | undefined, scaling: ScalingPolicy): { time: VirtualTime; group: WorkerGroup<unknown, never>; told: string[] } => {
  const time = new VirtualTime()
  const told: string[] = []
  const group = workerGroup({
    action: () => NEVER, scaling, vitals, scheduler: time, workers: { min: 1, max: 9 },
    onEscalation: ({ failure, protocol }) => void told.push(`${protocol}: ${String(failure.error)}`),
  })
  void group.offer('one that keeps the group awake')
  group.start()
  return { time, group, told }
}

describe('the vitals of a group', () => {
  it('are in every load sample, and nothing else that they give', async () => {
    const samples: LoadSample[] = []
    let calls = 0
    const measured = { memory: 0.5, nowMs: -1 }
    const { time, group } = groupWith(() => ({ ...measured, eventLoopUtilization: ++calls / 10 }), seenBy(samples))
    await time.advance(2_000)
    expect(samples.map(({ nowMs, eventLoopUtilization, memory }) => [nowMs, eventLoopUtilization, memory])).toEqual([[0, 0.1, 0.5], [1_000, 0.2, 0.5], [2_000, 0.3, 0.5]])
    await group.stop()
  })

  it('are absent by default', async () => {
    const samples: LoadSample[] = []
    const { group } = groupWith(undefined, seenBy(samples))
    expect(Object.keys(samples[0] ?? {})).not.toContain('memory')
    await group.stop()
  })

  it('let a guarded policy give workers up while the event loop is busy, and take them again', async () => {
    let busy = 0.5
    const { time, group } = groupWith(() => ({ eventLoopUtilization: busy }), guarded(fixed(6), { releaseMs: 1_000 }))
    expect(group.stats().wanted).toBe(6)
    busy = 1
    await time.advance(1_000)
    expect(group.stats()).toMatchObject({ wanted: 5, reason: 'limited' })
    busy = 0.5
    await time.advance(3_000)
    expect(group.stats().wanted).toBe(6)
    await group.stop()
  })

  it('that fail are told once, and the group goes on without', async () => {
    const samples: LoadSample[] = []
    const { time, group, told } = groupWith(() => { throw new Error('no /proc here') }, seenBy(samples))
    await time.advance(3_000)
    expect(told).toEqual(["restart: PolicyError: scaling policy 'watching' goes without vitals: Error: no /proc here"])
    expect([samples.length, samples.at(-1)?.memory, group.stats().live]).toEqual([4, undefined, 2])
    await group.stop()
  })

  it('that are no function are refused', () => {
    const wrong: unknown = { memory: 1 }
    expect(() => groupWith(isVitals(wrong) ? wrong : undefined, fixed(1))).toThrow('workerGroup: vitals should be a function, but is {"memory":1}')
  })
})

const isVitals = (given: unknown): given is Vitals => given !== undefined
