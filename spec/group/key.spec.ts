import { describe, expect, it } from 'vitest'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { resume } from '../../src/supervision/resume.js'
import { deferred, ManualWork, send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (workers: number, options: Partial<Omit<GroupOptions<string, string>, 'action' | 'batch'>> = {}) => {
  const work = new ManualWork<string>()
  const time = new VirtualTime()
  const group = workerGroup({ action: work.handle, key: (input: string) => input[0], capacity: 20, scaling: fixed(workers), supervision: resume(), scheduler: time, ...options })
  return { work, time, group }
}

describe('items with a key', () => {
  it('run one at a time and in order of arrival', () => {
    const { work, group } = setUp(3)
    for (const input of ['a1', 'a2', 'a3']) send(group, input)
    expect(work.running).toEqual(['a1'])
    work.end('a1')
    expect(work.running).toEqual(['a2'])
    work.fail('a2')
    expect(work.running).toEqual(['a3'])
  })

  it('do not hold up other keys, nor items without one', () => {
    const { work, group } = setUp(3, { key: (input) => (input === '-' ? undefined : input[0]) })
    for (const input of ['a1', 'a2', 'b1', '-']) send(group, input)
    expect(work.running).toEqual(['a1', 'b1', '-'])
  })

  it('take turns', () => {
    const { work, group } = setUp(1)
    for (const input of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) send(group, input)
    for (let turn = 0; turn < 6; turn += 1) work.end(work.running[0] ?? '')
    expect(work.started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('have the message\'s own key by default', () => {
    const { work, group } = setUp(3, { key: undefined })
    send(group, 'x', { key: 'k' })
    send(group, 'y', { key: 'k' })
    send(group, 'z')
    expect(work.running).toEqual(['x', 'z'])
  })

  it('go on when one of them is taken back', () => {
    const { work, group } = setUp(2)
    const [first, second] = [new AbortController(), new AbortController()]
    send(group, 'a1', { signal: first.signal })
    send(group, 'a2', { signal: second.signal })
    send(group, 'a3')
    second.abort()
    first.abort()
    expect(work.running).toEqual(['a3'])
  })

  it('wait for a handler that does not heed its abort, at most for the grace', async () => {
    const run = deferred<string>()
    const started: string[] = []
    const { time, group } = setUp(2)
    await group.stop()
    const heedless = workerGroup({
      action: ({ input }: { readonly input: string }) => {
        started.push(input)
        return run.promise
      },
      key: () => 'k', scaling: fixed(2), supervision: resume(), drain: { graceMs: 100 }, scheduler: time,
    })
    const controller = new AbortController()
    send(heedless, 'a1', { signal: controller.signal })
    send(heedless, 'a2')
    controller.abort()
    await time.advance(99)
    expect(started).toEqual(['a1'])
    run.resolve('late')
    await time.settle()
    expect(started).toEqual(['a1', 'a2'])
  })

  it('are forgotten when they are idle: a key that comes again starts anew', () => {
    const { work, group } = setUp(2)
    for (let i = 0; i < 3; i += 1) {
      send(group, 'a1')
      work.end('a1')
    }
    send(group, 'a2')
    send(group, 'b1')
    expect(work.running).toEqual(['a2', 'b1'])
  })

  it('are handed back in order of arrival', async () => {
    const { group } = setUp(1)
    group.pause()
    const left: string[] = []
    group.outcomes$.subscribe(({ message }) => left.push(message.payload))
    for (const input of ['b1', 'a1', 'b2', 'a2']) send(group, input)
    await group.stop()
    expect(left).toEqual(['b1', 'a1', 'b2', 'a2'])
  })
})
