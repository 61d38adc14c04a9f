/** What methods go through elements, and of what they tell how many: the array itself, or what it made of its argument. */
const OF_ARRAYS = ['concat', 'every', 'filter', 'find', 'findIndex', 'flatMap', 'forEach', 'includes', 'indexOf', 'map', 'reduce', 'slice', 'some', 'toSorted'] as const
const OF_OBJECTS = ['entries', 'keys', 'values', 'getOwnPropertyNames', 'getOwnPropertyDescriptors'] as const

const stepped: readonly (object | null)[] = [[].values(), new Map().values(), new Set().values()].map((iterator) => Reflect.getPrototypeOf(iterator))

// Before anything is counted, so that counting is not.
const { ownKeys } = Reflect

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : typeof value === 'object' && value !== null ? ownKeys(value).length : 0)

/** How many elements of arrays, maps, sets and tables are gone through while `run` runs: what an algorithm costs, by count. */
export const steps = async (run: () => unknown): Promise<number> => {
  let count = 0
  const undo: (() => void)[] = []
  const patch = (owner: object, name: string, cost: (self: unknown, result: unknown) => number): void => {
    const real: unknown = Reflect.get(owner, name)
    const before = Reflect.getOwnPropertyDescriptor(owner, name)
    if (typeof real !== 'function' || before === undefined) throw new Error(`there is no ${name}`)
    const counting = function counting(this: unknown, ...args: unknown[]): unknown {
      const result: unknown = Reflect.apply(real, this, args)
      count += cost(this, result)
      return result
    }
    Object.defineProperty(owner, name, { ...before, value: counting })
    undo.push(() => Object.defineProperty(owner, name, before))
  }
  for (const name of OF_ARRAYS) patch(Array.prototype, name, lengthOf)
  for (const owner of stepped) if (owner !== null) patch(owner, 'next', () => 1)
  patch(Object, 'assign', (_self, result) => lengthOf(result))
  for (const name of OF_OBJECTS) patch(Object, name, (_self, result) => lengthOf(result))
  patch(Reflect, 'ownKeys', (_self, result) => (Array.isArray(result) ? result.length : 0))
  try {
    await run()
  } finally {
    for (const back of undo.toReversed()) back()
  }
  return count
}
