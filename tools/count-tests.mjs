// Prints `passed failed skipped` from vitest's JSON report. A file that could not be loaded counts as one failure,
// though no test in it was reached.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
const unloaded = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'))
const having = (...words) => tests.filter(({ status }) => words.includes(status)).length
const failed = having('failed') + unloaded.length
const passed = having('passed')

process.stdout.write(`${passed} ${failed} ${tests.length - passed - having('failed')}\n`)
