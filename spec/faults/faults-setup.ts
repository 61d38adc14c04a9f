import { writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { ROOT } from '../house/tree.js'
import { faultsDocument } from './faults-document.js'
import { isFull } from './fault-size.js'
import { clearRows, faultTable, recordedRows } from './fault-report.js'
import { WORKER_FILE } from './worker-file.js'

/** Before: the program of the worker processes is built. After: the table is printed, and the page with it is among the reports. */
export const setup = async (): Promise<() => void> => {
  clearRows()
  await build({ entryPoints: [`${ROOT}/spec/faults/worker.ts`], outfile: WORKER_FILE, bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning' })
  return () => {
    const rows = recordedRows()
    process.stdout.write(`\n${faultTable(rows)}\n`)
    writeFileSync(`${ROOT}/reports/reliability.md`, faultsDocument(rows, isFull))
  }
}
