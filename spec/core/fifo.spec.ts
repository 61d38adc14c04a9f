import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { Fifo } from '../../src/core/fifo.js'

const filled = (size: number): Fifo<number> => {
  const queue = new Fifo<number>()
  for (let i = 0; i < size; i++) queue.push(i)
  return queue
}

setFlagsFromString('--expose_gc')
const collectGarbage: () => void = runInNewContext('gc')

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The arrays that were made with `new Array` meanwhile: the chunks of a queue. */
const chunksMade = (during: () => void): readonly WeakRef<readonly unknown[]>[] => {
  const made: WeakRef<readonly unknown[]>[] = []
  const original = globalThis.Array
  globalThis.Array = new Proxy(original, {
    construct: (target, args) => {
      const chunk: unknown[] = Reflect.construct(target, args)
      made.push(new WeakRef(chunk))
      return chunk
    },
  })
  try {
    during()
  } finally {
    globalThis.Array = original
  }
  return made
}

describe('Fifo', () => {
  it('gives items in the order they came', () => {
    const queue = filled(3)
    expect([queue.take(), queue.take(), queue.take()]).toEqual([0, 1, 2])
  })

  it('gives undefined when it is empty', () => {
    const queue = new Fifo<number>()
    expect([queue.take(), queue.peek(), queue.size, queue.holdsAny()]).toEqual([undefined, undefined, 0, false])
    queue.push(7)
    queue.take()
    expect([queue.take(), queue.peek(), queue.size, queue.holdsAny()]).toEqual([undefined, undefined, 0, false])
  })

  it('shows the oldest item and leaves it', () => {
    const queue = filled(2)
    expect([queue.peek(), queue.peek(), queue.size]).toEqual([0, 0, 2])
  })

  it('holds undefined as an item like any other', () => {
    const queue = new Fifo<undefined>()
    queue.push(undefined)
    expect([queue.size, queue.holdsAny(), [...queue]]).toEqual([1, true, [undefined]])
    queue.take()
    expect(queue.size).toBe(0)
  })

  it('knows to the compiler that it holds an item', () => {
    const queue = filled(3)
    expectTypeOf(queue.take()).toEqualTypeOf<number | undefined>()
    if (queue.holdsAny()) expectTypeOf(queue.take()).toEqualTypeOf<number>()
    if (queue.holdsAny()) expectTypeOf(queue.peek()).toEqualTypeOf<number>()
    expect(queue.size).toBe(1)
  })

  it('iterates over what waits without taking it', () => {
    const queue = filled(100)
    for (let i = 0; i < 40; i++) queue.take()
    expect([...queue]).toEqual(Array.from({ length: 60 }, (_, i) => i + 40))
    expect(queue.size).toBe(60)
  })

  it('can be used again after it was cleared, whatever it held', () => {
    for (const size of [0, 1, 16, 17, 1_000]) {
      const queue = filled(size)
      queue.take()
      queue.clear()
      expect([queue.size, queue.peek(), [...queue]]).toEqual([0, undefined, []])
      queue.push(1)
      queue.push(2)
      expect([queue.take(), queue.take(), queue.take()]).toEqual([1, 2, undefined])
    }
  })

  it('behaves as an array does, whatever is done to it', () => {
    const deed = fc.oneof(
      { weight: 4, arbitrary: fc.record({ what: fc.constant('push'), times: fc.integer({ min: 1, max: 70 }) }) },
      { weight: 3, arbitrary: fc.record({ what: fc.constant('take'), times: fc.integer({ min: 1, max: 70 }) }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constant('clear'), times: fc.constant(1) }) },
    )
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const queue = new Fifo<number>()
        const model: number[] = []
        let next = 0
        for (const { what, times } of deeds) {
          for (let i = 0; i < times; i++) {
            if (what === 'push') {
              queue.push(next)
              model.push(next++)
            } else if (what === 'take') expect(queue.take()).toBe(model.shift())
            else {
              queue.clear()
              model.length = 0
            }
            expect(queue.size).toBe(model.length)
            expect(queue.peek()).toBe(model[0])
          }
          expect([...queue]).toEqual(model)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('takes a million items and gives them back in order', () => {
    const queue = filled(1_000_000)
    let wrong = 0
    for (let i = 0; i < 1_000_000; i++) if (queue.take() !== i) wrong++
    expect([wrong, queue.size]).toEqual([0, 0])
  })

  it.each(['take', 'clear'] as const)('refers no longer to an item after %s', async (how) => {
    const queue = new Fifo<object>()
    for (let i = 0; i < 3; i++) queue.push({})
    const seen = [...queue].map((item) => new WeakRef(item))
    const gone = how === 'take' ? [seen[0]] : seen
    queue[how]()
    await turn()
    collectGarbage()
    expect(gone.map((item) => item?.deref())).toEqual(gone.map(() => undefined))
    expect(queue.size).toBe(how === 'clear' ? 0 : 2)
  })

  it('holds on to no large chunk after it was emptied', async () => {
    const queue = new Fifo<number>()
    const made = chunksMade(() => {
      for (let i = 0; i < 10_000; i++) queue.push(i)
      for (let i = 0; i < 10_000; i++) queue.take()
    })
    await turn()
    collectGarbage()
    expect(made.length).toBeGreaterThan(5)
    expect(made.flatMap((chunk) => chunk.deref()?.length ?? []).filter((length) => length > 16)).toEqual([])
    expect(queue.size).toBe(0)
  })

  it('makes no chunk again and again for a short queue, nor around the edge of two chunks', () => {
    const queue = new Fifo<number>()
    const short = chunksMade(() => {
      for (let i = 0; i < 1_000; i++) {
        for (let j = 0; j < 16; j++) queue.push(j)
        for (let j = 0; j < 16; j++) queue.take()
      }
    })
    expect(short).toEqual([])
  })
})
