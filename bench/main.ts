import { parseArgs } from 'node:util'
import type { Cell } from './cell.js'
import { FULL, QUICK } from './cells.js'
import { goals } from './goals.js'
import { grow } from './growth/grow.js'
import { installPeers } from './install-peers.js'
import { race, type Effort, type Figure } from './race.js'
import { idioms, table } from './table.js'

const { values } = parseArgs({
  options: { full: { type: 'boolean' }, ours: { type: 'boolean' }, growth: { type: 'boolean' }, only: { type: 'string' }, rounds: { type: 'string' } },
})

const OURS = /^(?:floor|scaleMap|group|hub|mergeMap)/

/** Without peers: only what the main install has. */
const shortened = (cell: Cell): Cell => (values.ours === true ? { ...cell, contenders: cell.contenders.filter((name) => OURS.test(name)) } : cell)

const chosen = (): readonly Cell[] => {
  const all = values.full === true ? FULL : QUICK
  return all.filter(({ name }) => name.includes(values.only ?? ''))
}

const effort: Effort = { rounds: Number(values.rounds ?? (values.full === true ? 15 : 9)), roundMs: 30 }

const compare = async (): Promise<void> => {
  if (values.ours !== true) installPeers()
  const results = new Map<Cell, readonly Figure[]>()
  for (const cell of chosen()) {
    // eslint-disable-next-line no-await-in-loop -- one at a time is the point
    const figures = await race(shortened(cell), effort)
    results.set(cell, figures)
    console.log(`${table(cell.name, figures)}\n`)
  }
  if (QUICK.some((cell) => results.has(cell))) console.log(`### Goals\n\n${goals(results)}\n`)
  console.log(`### How each is used\n\n${idioms([...results.values()].flat())}`)
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}.`)
if (values.growth !== true) console.log(`${effort.rounds} interleaved rounds, each contender in its own process; ns and bytes a message.\nfastest, median, ±: CPU time; passed: what the clock told. Ratios are of the fastest rounds: below 1 ours is faster.\n`)
await (values.growth === true ? grow(values.only) : compare())
