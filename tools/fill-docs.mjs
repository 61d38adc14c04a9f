// Fills the code and output blocks of README.md and docs/ from the files and programs they name, and their tables from the
// code. Behind `npm run docs`; with --check it changes nothing and fails if it would.
import { writeFileSync } from 'node:fs'
import { house } from './load.mjs'
import { fail, say } from './say.mjs'

const { documents, ensureBuilt, featuresTable, fillDoc, fillTables, read, ROOT, runExample } = await house()
const check = process.argv.includes('--check')

const printed = new Map()
const output = (path) => {
  if (printed.size === 0) ensureBuilt()
  if (!printed.has(path)) printed.set(path, runExample(path))
  return printed.get(path)
}

const tables = { 'bus-features': featuresTable() }

const fill = (path) => {
  const blocks = fillDoc(path, read(path), { file: read, output })
  const { text, changes, problems } = fillTables(path, blocks.text, tables)
  return { path, text, changes: [...blocks.changes, ...changes], problems: [...blocks.problems, ...problems] }
}

const filled = documents().map(fill)
const changes = filled.flatMap((doc) => doc.changes)
const problems = filled.flatMap((doc) => doc.problems)

if (!check) for (const { path, text, changes: some } of filled) if (some.length > 0) writeFileSync(`${ROOT}/${path}`, text)
if (problems.length > 0) fail(...problems)
if (check && changes.length > 0) fail(...changes, 'These are not what the files and the code say: run `npm run docs`.')
say(changes.length === 0 ? `${filled.length} documents, nothing to change.` : [...changes, 'Filled.'].join('\n'))
