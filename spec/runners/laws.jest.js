import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { demand, memoryBus, workerGroup } from 'rxcrew'
import { busContract, groupLaws, policyLaws, strategyLaws, virtualTime } from 'rxcrew/testing'
import { asyncCases, BROKEN, cases } from './kit.js'

const isBroken = process.env.RXCREW_BROKEN === BROKEN
const kit = { demand, memoryBus, workerGroup, busContract, groupLaws, policyLaws, strategyLaws, virtualTime, fc }

describe('the kit', () => {
  for (const { title, check } of cases(kit, isBroken)) test(title, () => check({ numRuns: 20 }))
  for (const { title, check } of isBroken ? [] : asyncCases(kit)) test(title, () => check({ numRuns: 5 }))

  test('drives promises in virtual time', async () => {
    const time = virtualTime()
    const group = workerGroup({ action: ({ input, signal }) => time.delay(input, signal), scheduler: time.scheduler })
    await time.run(group.submit(60_000))
    expect(time.nowMs).toBe(60_000)
  })
})
