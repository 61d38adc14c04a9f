import { describe, expect, it } from 'vitest'
import { heedLoss, Losable } from '../../src/bus/losable.js'

class Lease extends Losable {
  lose(reason: string): void {
    this.loseFor(reason)
  }
}

const heard = () => {
  const reasons: unknown[] = []
  return { reasons, listener: { onLost: (reason: unknown) => void reasons.push(reason) } }
}

describe('what may be lost', () => {
  it('tells everybody who listens, once, in their order, with the signal aborted', () => {
    const lease = new Lease()
    const told: unknown[] = []
    for (const name of ['a', 'b', 'c']) lease.tellLoss({ onLost: (reason) => told.push([name, reason, lease.lost.aborted]) })
    lease.lose('first')
    lease.lose('second')
    expect(told).toEqual([['a', 'first', true], ['b', 'first', true], ['c', 'first', true]])
    expect(lease.lost.reason).toBe('first')
  })

  it('tells at once whoever begins to listen after the loss', () => {
    const lease = new Lease()
    const { reasons, listener } = heard()
    lease.lose('gone')
    lease.tellLoss(listener)
    expect([reasons, lease.lost.reason]).toEqual([['gone'], 'gone'])
  })

  it('is heeded by its signal where there is nothing else, until that is undone', () => {
    const [one, other] = [heard(), heard()]
    const controller = new AbortController()
    const undo = heedLoss({ lost: controller.signal }, one.listener)
    heedLoss({ lost: controller.signal }, other.listener)
    undo?.()
    controller.abort('gone')
    expect([one.reasons, other.reasons]).toEqual([[], ['gone']])
    heedLoss({ lost: controller.signal }, one.listener)
    expect(one.reasons).toEqual(['gone'])
  })
})
