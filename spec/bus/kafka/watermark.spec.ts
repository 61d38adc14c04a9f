import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { Watermark } from '../../../src/bus/kafka/watermark.js'

describe('a Watermark', () => {
  it('moves over what is settled without a gap, and no further', () => {
    const watermark = new Watermark(5n)
    for (const offset of [5n, 6n, 7n]) watermark.accept(offset)
    expect([watermark.settle(6n), watermark.position, watermark.span]).toEqual([false, 5n, 3])
    expect([watermark.settle(5n), watermark.position, watermark.span]).toEqual([true, 7n, 1])
    expect([watermark.settle(7n), watermark.position, watermark.span]).toEqual([true, 8n, 0])
  })

  it('takes gaps between offsets as they are: compaction leaves them', () => {
    const watermark = new Watermark(0n)
    for (const offset of [3n, 10n]) watermark.accept(offset)
    watermark.settle(3n)
    expect(watermark.position).toBe(4n)
    watermark.settle(10n)
    expect(watermark.position).toBe(11n)
  })

  it('does not accept what it has seen, as it comes again after a rebalance', () => {
    const watermark = new Watermark(0n)
    expect([watermark.accept(0n), watermark.accept(1n), watermark.accept(0n), watermark.accept(2n)]).toEqual([true, true, false, true])
  })

  const steps = fc.array(fc.oneof(fc.record({ accept: fc.bigInt({ min: 1n, max: 3n }) }), fc.record({ settle: fc.nat() })), { maxLength: 3_000, size: 'max' })

  test.prop([steps], { numRuns: 200 })('never passes an open offset, never goes back, and reaches the end when all is settled', (all) => {
    const watermark = new Watermark(0n)
    const open: bigint[] = []
    let next = 0n
    let before = watermark.position
    const check = (): void => {
      expect(watermark.position >= before).toBe(true)
      const first = open.reduce<bigint | undefined>((least, offset) => (least === undefined || offset < least ? offset : least), undefined)
      if (first !== undefined) expect(watermark.position <= first).toBe(true)
      before = watermark.position
    }
    for (const step of all) {
      if ('accept' in step) {
        const offset = next + step.accept - 1n
        expect(watermark.accept(offset)).toBe(true)
        open.push(offset)
        next = offset + 1n
      } else if (open.length > 0) {
        const [settled] = open.splice(step.settle % open.length, 1)
        const moved = settled !== undefined && watermark.settle(settled)
        expect(moved).toBe(watermark.position > before)
      }
      check()
    }
    for (const offset of open.splice(0)) watermark.settle(offset)
    expect([watermark.position, watermark.span]).toEqual([next, 0])
  })
})
