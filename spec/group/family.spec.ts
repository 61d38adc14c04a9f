import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { OptionsError } from '../../src/core/options-error.js'
import { addReports, family, type Family } from '../../src/group/family.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { VirtualTime } from '../support/virtual-time.js'

interface Home {
  readonly clock: VirtualTime
  readonly parent: WorkerGroup<number, number>
  readonly kin: Family
}

const home = (action: (job: Job<number>) => number = ({ input }) => input): Home => {
  const clock = new VirtualTime()
  const parent = workerGroup({ name: 'p', action, supervision: stopAndEscalate(), scheduler: clock, drain: { graceMs: 50 } })
  return { clock, parent, kin: family(parent, { scheduler: clock }) }
}

const phases = ({ kin }: Home): readonly string[] => kin.stats().map(({ phase }) => phase)

describe('a family', () => {
  it('has its children at addresses below its parent\'s, in a format of one\'s choice', () => {
    const { kin, parent } = home()
    expect(kin.add('c', { action: () => 1 }).address).toBe('p/children/c')
    const formal = family(parent, { childAddress: (above, child) => `${above}/slaves/${child}` })
    expect(formal.add('c', { action: () => 1 }).address).toBe('p/slaves/c')
  })

  it('starts its members together, and one that comes later at once', async () => {
    const at = home()
    at.kin.add('a', { action: () => 1 })
    expect(phases(at)).toEqual(['idle', 'idle'])
    at.kin.start()
    at.kin.add('b', { action: () => 1 })
    expect(phases(at)).toEqual(['running', 'running', 'running'])
    expect([...at.kin.children.keys()]).toEqual(['a', 'b'])
  })

  it('restarts a child that fails on every message, any number of times, and goes on', async () => {
    const { kin, clock, parent } = home()
    const child = kin.add('c', { action: () => { throw new Error('always') } })
    kin.start()
    for (let n = 0; n < 20; n += 1) void child.offer(n)
    await clock.runUntil(600_000)
    expect(child.stats()).toMatchObject({ failed: 20, phase: 'running', supervision: 'restartAll', instance: 'scaling' })
    expect(child.stats().restarts).toBeGreaterThan(3)
    expect(parent.stats().phase).toBe('running')
  })

  it('refuses what is the family\'s to say, a name twice, and a child while it ends', async () => {
    const { kin } = home()
    const strict = { action: () => 1, supervision: stopAndEscalate(), instance: 'single' } as const
    expect(() => kin.add('c', strict)).toThrow(/family.add: supervision should be one of .*; instance should be one of/)
    const none: Parameters<typeof kin.add>[1] = JSON.parse('{}')
    expect(() => kin.add('c', none)).toThrow('action should be')
    kin.add('c', { action: () => 1 })
    expect(() => kin.add('c', { action: () => 1 })).toThrow(OptionsError)
    await kin.stop()
    expect(() => kin.add('d', { action: () => 1 })).toThrow('p is ending: it takes no child')
  })

  it('refuses options that are none', () => {
    const wrong: Parameters<typeof family>[1] = JSON.parse('{ "childAddress": 3 }')
    expect(() => family(home().parent, wrong)).toThrow('childAddress should be a function')
  })
})

describe('the end of a family', () => {
  it.each<readonly [string, (at: Home) => void]>([
    ['a drain of the family', ({ kin }) => void kin.drain()],
    ['a stop of the family', ({ kin }) => void kin.stop()],
    ['a stop of the parent', ({ parent }) => void parent.stop()],
    ['an escalation of the parent', ({ parent }) => void parent.offer(-1)],
  ])('comes with %s', async (_what, end) => {
    const at = home(({ input }) => { if (input < 0) throw new Error('negative'); return input })
    at.kin.add('a', { action: () => 1 })
    at.kin.add('b', { action: () => 1 })
    at.kin.start()
    end(at)
    await at.clock.runAll()
    await at.kin.wait()
    expect(phases(at)).toEqual(['stopped', 'stopped', 'stopped'])
  })

  it('does not come with that of a child', async () => {
    const at = home()
    const child = at.kin.add('a', { action: () => 1 })
    at.kin.start()
    await child.stop()
    expect(phases(at)).toEqual(['running', 'stopped'])
  })

  it('lets the children work on until the parent has ended, and gives them what is left of the deadline', async () => {
    const at = home()
    const clock = at.clock
    const busy = workerGroup({ name: 'p', scheduler: clock, action: () => new Promise<void>((resolve) => clock.schedule(() => resolve(), 600)) })
    const kin = family(busy, { scheduler: clock })
    const child = kin.add('c', { action: () => NEVER })
    kin.start()
    await busy.offer(1)
    await child.offer(1)
    const drained = kin.drain({ deadlineMs: 1_000 })
    await clock.advance(599)
    await child.offer(2)
    await clock.advance(401)
    expect(await drained).toMatchObject({ completed: 1 })
    expect([clock.now(), child.stats().phase]).toEqual([1_000, 'stopped'])
  })

  it('comes sooner when a second drain says so, whichever member it is at', async () => {
    const { kin, clock } = home()
    const child = kin.add('c', { action: () => NEVER, drain: { graceMs: 0 } })
    kin.start()
    await child.offer(1)
    const drained = kin.drain({ deadlineMs: 10_000 })
    await clock.advance(100)
    expect(await Promise.race([kin.drain({ deadlineMs: 50 }), clock.advance(50).then(() => drained)])).toMatchObject({ zombies: 0 })
    expect(clock.now()).toBe(150)
  })
})

it('adds up no report to nothing', () => {
  expect(addReports([])).toEqual({ completed: 0, failed: 0, handedBack: 0, aborted: 0, zombies: 0 })
})
