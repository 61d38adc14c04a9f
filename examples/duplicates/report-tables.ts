import type { Duplicates } from './catalogue.js'
import { bytes, count, plural } from './format.js'
import { escapeHtml } from './html.js'
import { shown, type RawPath } from './raw-path.js'
import type { DeadFile, Result } from './result.js'

// A page of a hundred thousand rows opens in no browser; the JSON has all.
const ROWS = 500
const NAMES = 50

const file = (path: RawPath): string => `<code>${escapeHtml(shown(path) || '.')}</code>`

const rest = (all: number, what: string): string => (all > ROWS ? `<p>and ${plural(all - ROWS, what)} more: --json PATH writes all of them.</p>` : '')

/** The groups of equal files, most wasteful first. */
export const duplicateTable = ({ duplicates }: Result): string =>
  duplicates.length === 0
    ? '<p>None.</p>'
    : `<div class="scroll"><table><thead><tr><th class="number">Wasted</th><th class="number">Files</th><th class="number">Size of each</th><th>Where</th></tr></thead><tbody>${duplicates.slice(0, ROWS).map(duplicateRow).join('\n')}</tbody></table></div>${rest(duplicates.length, 'group')}`

const duplicateRow = ({ wasted, size, separate, paths }: Duplicates): string => {
  const linked = separate < paths.length ? `<br>${count(paths.length - separate)} hard-linked` : ''
  return `<tr><td class="number">${bytes(wasted)}</td><td class="number">${count(paths.length)}${linked}</td><td class="number">${bytes(size)}</td><td>${names(paths)}</td></tr>`
}

const names = (paths: readonly RawPath[]): string => {
  if (paths.length <= 4) return paths.map(file).join('')
  const more = paths.length > NAMES ? `<p>and ${count(paths.length - NAMES)} more</p>` : ''
  return `${paths.slice(0, 3).map(file).join('')}<details><summary>${count(paths.length - 3)} more</summary>${paths.slice(3, NAMES).map(file).join('')}${more}</details>`
}

/** What could not be handled, where it was given up, and why. */
export const deadTable = ({ dead }: Result): string =>
  dead.length === 0
    ? '<p>None.</p>'
    : `<div class="scroll"><table><thead><tr><th>Given up by</th><th>File</th><th>Reason</th></tr></thead><tbody>${dead.slice(0, ROWS).map(deadRow).join('\n')}</tbody></table></div>${rest(dead.length, 'dead letter')}`

const deadRow = ({ group, path, reason }: DeadFile): string =>
  `<tr><td>${escapeHtml(group)}</td><td>${file(path)}</td><td>${escapeHtml(reason)}</td></tr>`

/** What was begun and is not done: only after an early end. */
export const openList = ({ open }: Result): string =>
  open.length === 0 ? '' : `<h2>Begun and not done</h2><div class="scroll"><table><tbody>${open.slice(0, ROWS).map((path) => `<tr><td>${file(path)}</td></tr>`).join('\n')}</tbody></table></div>${rest(open.length, 'file')}`
