import { describe, expect, it } from 'vitest'
import { action } from '../../src/hub/action.js'
import { actions } from '../../src/hub/registry.js'
import { stand } from './hub-stand.js'
import { steps } from '../support/steps.js'

const work = action({ name: 'work', handle: () => undefined })
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `group${n}`)

/** A hub that runs, with so many groups and as many templates that have none. */
const crowded = async (count: number, started = true) => {
  const registry = actions(Object.fromEntries(names(count).map((name) => [`of ${name}`, work])))
  const made = stand({ actions: registry })
  for (const name of names(count)) made.hub.do(name, { action: work })
  if (started) made.hub.start()
  await made.clock.settle()
  return { ...made, registry }
}

type Crowd = Awaited<ReturnType<typeof crowded>>

/** The same, whether there are ten groups or a thousand: the fewest of several times, since the runner has work of its own. */
const alike = async (of: (crowd: Crowd, time: number) => unknown, started = true): Promise<void> => {
  const cost = async (count: number): Promise<number> => {
    const crowd = await crowded(count, started)
    const times: number[] = []
    for (let time = 0; time < 3; time += 1) times.push(await steps(() => of(crowd, time)))
    return Math.min(...times)
  }
  expect(await cost(1_000)).toBe(await cost(10))
}

describe('what it costs, however many groups a hub has,', () => {
  it('to make one more, before the start and after it', async () => {
    await alike(({ hub }, time) => hub.do(`one more ${time}`, { action: work }), false)
    await alike(({ hub }, time) => hub.do(`one more ${time}`, { action: work }))
  })

  it('to lose one', async () => {
    await alike(async ({ hub, clock }) => {
      const one = hub.do('one more', { action: work })
      await one.stop()
      await clock.settle()
      expect(one.stats().phase).toBe('stopped')
    })
  })

  it('to register one more, and to delete it', async () => {
    await alike(({ registry }) => {
      registry.register('one more', work)
      registry.delete('one more')
    })
  })

  it('to make the group of a template when its first message comes', async () => {
    await alike(async ({ hub, publish, clock }, time) => {
      await publish(`of group${time}`, 1)
      await clock.settle()
      hub.do(`of group${time + 5}`)
    })
  })

  it('to send to one of them', async () => {
    await alike(({ hub }) => Promise.all([hub.send('group7', 1), hub.send('of group7', 1)]))
  })
})

describe('what it costs to start, and to end, a hub', () => {
  it('is so much for each of its groups', async () => {
    const cost = async (count: number): Promise<number> => {
      const { hub } = await crowded(count, false)
      return steps(async () => {
        hub.start()
        await hub.drain()
      })
    }
    const each = ((await cost(20)) - (await cost(10))) / 10
    expect(((await cost(500)) - (await cost(20))) / 480).toBeLessThan(each * 1.1)
  })
})
