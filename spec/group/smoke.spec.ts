import { describe, expect, it } from 'vitest'
import { VirtualTimeScheduler, timer, map, from, toArray, lastValueFrom, throwError } from 'rxjs'
import { workerGroup } from '../../src/group/worker-group.js'
import { demand } from '../../src/scaling/demand.js'
import { resume } from '../../src/supervision/resume.js'
import type { Job } from '../../src/core/job.js'

describe('smoke', () => {
  it('submits', async () => {
    const g = workerGroup({ action: async ({ input }: Job<number>) => input * 2 })
    expect(await g.submit(21)).toBe(42)
    expect(await g.drain()).toMatchObject({ completed: 0 })
    expect(g.stats()).toMatchObject({ processed: 1, received: 1, live: 0, phase: 'stopped' })
  })
  it('scales exactly as the seed', async () => {
    const scheduler = new VirtualTimeScheduler()
    const g = workerGroup({ action: ({ input }: Job<number>) => timer(500, scheduler).pipe(map(() => input)), workers: { max: 3 }, capacity: 1, scaling: demand({ deliveryWaitMs: 100, maxIdleMs: 1000 }), scheduler })
    const at: number[] = []
    const send = async () => { for (let i = 0; i < 7; i++) { await g.offer(i); at.push(scheduler.now()) } }
    void send()
    await Promise.resolve()
    for (let i = 0; i < 300; i++) { await new Promise((r) => setImmediate(r)); const next = scheduler.actions[0]; if (next === undefined) break; scheduler.maxFrames = Math.min(...scheduler.actions.map((a) => a.delay)); scheduler.flush() }
    expect(at).toEqual([0, 0, 100, 200, 500, 600, 700])
    expect(g.stats()).toMatchObject({ processed: 7, live: 1, idled: 2 })
  })
  it('runs a source', async () => {
    const g = workerGroup({ action: async ({ input }: Job<number>) => { if (input === 3) throw new Error('3'); return input * 2 }, supervision: resume(), workers: { min: 4 } })
    const outcomes = await lastValueFrom(from([1, 2, 3, 4, 5, 6]).pipe(g.run(), toArray()))
    expect(outcomes.map((o) => o.type).sort()).toEqual(['completed', 'completed', 'completed', 'completed', 'completed', 'failed'])
    const c = await lastValueFrom(g.consume([1, 2]).pipe(toArray()))
    expect(c.length).toBe(2)
    await g.stop()
  })
  it('restarts', async () => {
    const scheduler = new VirtualTimeScheduler()
    const g = workerGroup({ action: ({ input }: Job<number>) => input < 0 ? throwError(() => new Error('bad')) : timer(5, scheduler), scheduler })
    const out: string[] = []
    g.escalations$.subscribe((e) => out.push(e.protocol + e.pending.length))
    from([-1, -2, 3, -4, -5, -6, 7]).pipe(g.run()).subscribe({ next: (o) => out.push(o.type), complete: () => out.push('end') })
    scheduler.flush()
    expect(out).toEqual([])
  })
})
