import { padEnd, padStart, shorten } from './cells.js'
import type { Duplicates } from './catalogue.js'
import { bytes, count, duration, plural } from './format.js'
import type { Paint } from './paint.js'
import { shown } from './raw-path.js'
import { neverBegun, type Result } from './result.js'

const SHOWN = 5
const CELLS = 80
const FILES = 26

/** What is said at the end, in lines of at most 80 cells. */
export const summary = (result: Result, paint: Paint): readonly string[] => [
  paint.bold(headline(result)),
  ...ended(result).map((line) => paint.warn(`  ${line}`)),
  `  ${waste(result)}`,
  ...worst(result, paint),
  `  ${others(result)}`,
  ...deadLetters(result, paint),
]

const headline = ({ totals, elapsedMs }: Result): string => {
  const seconds = Math.max(elapsedMs, 1) / 1000
  return `${plural(totals.files, 'file')} hashed (${bytes(totals.bytes)}) in ${duration(elapsedMs)}: ${count(totals.files / seconds)} files/s, ${bytes(totals.bytes / seconds)}/s`
}

const WHY = { interrupted: 'Interrupted', gaveUp: 'Given up' } as const

const ended = (result: Result): readonly string[] => {
  if (result.end === 'complete') return []
  const rest = result.total === undefined ? 'how many files were never begun is not known' : `${plural(neverBegun(result), 'file')} never begun`
  return [
    `${WHY[result.end]}: ${rest}; of ${plural(result.found, 'begun file')}`,
    `${count(result.totals.files)} hashed, ${count(deadInGroups(result))} dead, ${count(result.open.length)} not done.`,
    ...result.notes.slice(-SHOWN).map((note) => shorten(note, CELLS - 2)),
  ]
}

const deadInGroups = ({ dead }: Result): number => dead.filter(({ group }) => group !== 'walk').length

const waste = ({ totals, duplicates }: Result): string =>
  duplicates.length === 0
    ? 'No duplicates.'
    : `${plural(totals.redundant, 'duplicate')} in ${plural(duplicates.length, 'group')} of equal files waste ${bytes(totals.wasted)}.`

const worst = ({ duplicates }: Result, { dim }: Paint): readonly string[] => {
  if (duplicates.length === 0) return []
  const more = duplicates.length - SHOWN
  const heading = `    ${padStart('wasted', 9)}  ${padEnd('files', FILES)}  first of them`
  return [dim(heading), ...duplicates.slice(0, SHOWN).map(row), ...(more > 0 ? [dim(`    and ${plural(more, 'group')} more`)] : [])]
}

const row = ({ wasted, size, paths, separate }: Duplicates): string => {
  const linked = separate < paths.length ? `, ${count(paths.length - separate)} linked` : ''
  const first = paths[0] ?? ''
  return `    ${padStart(bytes(wasted), 9)}  ${padEnd(`${count(paths.length)} × ${bytes(size)}${linked}`, FILES)}  ${shorten(shown(first), CELLS - FILES - 17)}`
}

const others = ({ totals, folders, links, special }: Result): string =>
  `${plural(folders, 'folder')}; ${plural(totals.empty, 'empty file')}; not looked at: ${plural(links, 'symbolic link')}, ${plural(special, 'special file')}.`

const deadLetters = ({ dead }: Result, { warn, dim }: Paint): readonly string[] => {
  if (dead.length === 0) return ['  No dead letters.']
  const more = dead.length - SHOWN
  return [
    warn(`  ${plural(dead.length, 'dead letter')}:`),
    ...dead.slice(0, SHOWN).map(({ group, path, reason }) => `    ${padEnd(group, 7)}  ${shorten(shown(path) || '.', 30)}: ${shorten(reason, 36)}`),
    ...(more > 0 ? [dim(`    and ${count(more)} more`)] : []),
  ]
}
