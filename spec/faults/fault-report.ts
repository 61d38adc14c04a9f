import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { ROOT } from '../house/tree.js'
import type { Account } from './account.js'
import type { BusName } from './fault-bus.js'
import type { Fault } from './faults.js'

/** One line of the table. */
export interface FaultRow extends Pick<Account, 'sent' | 'once' | 'again' | 'lost'> {
  readonly fault: Fault
  readonly bus: BusName | 'kafka'
  /** From the moment the disturbance was over to the next message handled; none where nothing stops. */
  readonly recoveredMs?: number | undefined
}

const FILE = `${ROOT}/reports/faults.jsonl`

export const clearRows = (): void => {
  mkdirSync(dirname(FILE), { recursive: true })
  rmSync(FILE, { force: true })
}

export const recordRow = (fault: Fault, bus: FaultRow['bus'], { sent, once, again, lost }: Account, recoveredMs?: number): void => {
  const row: FaultRow = { fault, bus, sent, once, again, lost, recoveredMs }
  mkdirSync(dirname(FILE), { recursive: true })
  appendFileSync(FILE, `${JSON.stringify(row)}\n`)
}

const isRow = (value: unknown): value is FaultRow => typeof value === 'object' && value !== null && 'fault' in value

export const recordedRows = (): readonly FaultRow[] =>
  (existsSync(FILE) ? readFileSync(FILE, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
    .filter(isRow)
    .toSorted((a, b) => a.fault.localeCompare(b.fault, 'en', { numeric: true }) || a.bus.localeCompare(b.bus))

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1_000).toFixed(1))

const count = (n: number): string => n.toLocaleString('en')

/** As Markdown. */
export const faultTable = (rows: readonly FaultRow[]): string =>
  [
    '| fault | bus | sent | handled once | again | lost | seconds to recover |',
    '|---|---|--:|--:|--:|--:|--:|',
    ...rows.map(({ fault, bus, sent, once, again, lost, recoveredMs }) => `| ${fault} | ${bus} | ${[sent, once, again, lost].map(count).join(' | ')} | ${seconds(recoveredMs)} |`),
  ].join('\n')
