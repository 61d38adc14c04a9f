import { plotTrace } from '../testing/plot-trace.js'
import type { SimulatedLoad } from '../testing/simulate-options.js'
import { columnsOf, tableOf, type ComparedRun, type Comparison } from './comparison.js'
import { escapeHtml } from './escape-html.js'
import { RIVALS } from './help.js'
import { loadLines } from './load-lines.js'
import { REPORT_STYLE } from './report-style.js'

/** The page of a comparison: one file that needs no other, and runs no script. */
export const reportPage = (comparison: Comparison): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scaling policies compared: rxcrew simulate</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>Scaling policies compared</h1>
<ul>${loadLines(comparison.load).map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>
${failures(comparison)}
<div class="scroll">${table(comparison)}</div>
<dl>${columnsOf(comparison).map(({ head, meaning }) => `<dt>${escapeHtml(head)}</dt><dd>${escapeHtml(meaning)}</dd>`).join('')}</dl>
<p>${RIVALS.map(escapeHtml).join(' ')}</p>
${pictures(comparison)}
</main>
</body>
</html>
`

const failures = ({ failed }: Comparison): string =>
  failed.map(({ label, reason }) => `<p class="warn"><code>${escapeHtml(label)}</code>: ${escapeHtml(reason)}</p>`).join('')

const table = (comparison: Comparison): string => {
  const [head = [], ...rows] = tableOf(comparison)
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? `<th scope="${tag === 'th' ? 'col' : 'row'}">${escapeHtml(cell)}</th>` : `<${tag}>${escapeHtml(cell)}</${tag}>`)).join('')
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</tbody></table>`
}

/** Each policy beside the best fixed number; more in one picture could not be told apart. */
const pictures = ({ runs, best, load }: Comparison): string => (runs.length === 0 ? [[best]] : runs.map((run) => [run, best])).map((both) => picture(both, load)).join('\n')

const picture = (runs: readonly ComparedRun[], { downstream }: SimulatedLoad): string => {
  const knee = Number.isFinite(downstream?.knee) ? downstream?.knee : undefined
  const svg = plotTrace(runs.map(({ trace }) => trace), { names: runs.map(({ label }) => label), knee, width: 1_000 })
  return `<section><h2>${escapeHtml(runs[0]?.label ?? '')}</h2>${svg}</section>`
}
