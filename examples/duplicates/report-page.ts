import { bytes, count, duration, plural } from './format.js'
import { escapeHtml } from './html.js'
import { groupSections, groupTable } from './report-groups.js'
import { deadTable, duplicateTable, openList } from './report-tables.js'
import { STYLE } from './report-style.js'
import { neverBegun, type Result } from './result.js'

/** The page of a run: one file that needs no other, and runs no script. */
export const reportPage = (result: Result): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Duplicate files: rxcrew report</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Duplicate files</h1>
<p><code>${escapeHtml(result.folder)}</code></p>
<p>${escapeHtml(result.startedAt)}${verdict(result)}</p>
<div class="tiles">${tiles(result)}</div>
<p>In ${plural(result.folders, 'folder')}. Not looked at: ${plural(result.links, 'symbolic link')}, ${plural(result.special, 'special file')} (pipes, sockets, devices).</p>
<h2>Worker groups</h2>
${groupTable(result)}
${groupSections(result)}
${notes(result)}
<h2>Duplicates</h2>
${duplicateTable(result)}
<h2>Dead letters</h2>
${deadTable(result)}
${openList(result)}
</main>
</body>
</html>
`

const verdict = (result: Result): string => {
  if (result.end === 'complete') return ''
  const rest = result.total === undefined ? 'how many were never begun is not known' : `${count(neverBegun(result))} never begun`
  const what = result.end === 'interrupted' ? 'Interrupted' : 'Given up'
  return ` · <b class="warn">${what}: ${plural(result.open.length, 'file')} begun and not done, ${rest}</b>`
}

const tiles = ({ totals, elapsedMs, dead }: Result): string =>
  [
    tile(count(totals.files), `files hashed, ${bytes(totals.bytes)}`),
    tile(duration(elapsedMs), `${count((totals.files * 1000) / Math.max(1, elapsedMs))} files/s`),
    tile(count(totals.redundant), 'duplicates'),
    tile(bytes(totals.wasted), 'wasted'),
    tile(count(dead.length), 'dead letters'),
    tile(count(totals.empty), 'empty files, no duplicates'),
  ].join('')

const tile = (value: string, what: string): string => `<div class="tile"><b>${escapeHtml(value)}</b><span>${escapeHtml(what)}</span></div>`

const notes = ({ notes: all }: Result): string =>
  all.length === 0 ? '' : `<h3>Out of the ordinary</h3><ul>${all.map((note) => `<li><code>${escapeHtml(note)}</code></li>`).join('')}</ul>`
