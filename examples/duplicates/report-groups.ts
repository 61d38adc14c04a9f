import { chart, type Line } from './chart.js'
import { count, duration } from './format.js'
import { escapeHtml } from './html.js'
import { series, throughput, type Point, type Reading } from './recorder.js'
import type { Result } from './result.js'

// A group that has died is in the samples before only.
const lastReadings = ({ recording: { samples } }: Result): readonly Reading[] => [
  ...new Map(samples.flatMap(({ groups }) => groups.map((group) => [group.address, group] as const))).values(),
]

/** For each group its workers, waiting items and throughput over time; all on the same axis of time. */
export const groupSections = (result: Result): string =>
  lastReadings(result).map(({ address }) => `<h3>${escapeHtml(address)}</h3>\n<div class="charts">${figures(result, address)}</div>`).join('\n')

const figures = ({ recording: { samples }, elapsedMs }: Result, address: string): string => {
  const of = (read: (reading: Reading) => number): readonly Point[] => series(samples, address, read)
  const workers: readonly Line[] = [
    { name: 'busy', tone: 'second', shape: 'area', points: of(({ busy }) => busy) },
    { name: 'live', tone: 'first', shape: 'steps', points: of(({ live }) => live) },
  ]
  const waiting: readonly Line[] = [{ name: 'waiting', tone: 'first', shape: 'steps', points: of((reading) => reading.waiting) }]
  const rate: readonly Line[] = [{ name: 'throughput', tone: 'first', shape: 'line', points: throughput(samples, address) }]
  const untilMs = Math.max(elapsedMs, samples.at(-1)?.atMs ?? 0)
  return [
    figure(`Workers of ${address}`, 'Workers', legend(workers), { unit: 'workers', whole: true, lines: workers, untilMs }),
    figure(`Waiting for ${address}`, 'Waiting', '', { unit: 'files', whole: true, lines: waiting, untilMs }),
    figure(`Throughput of ${address}`, 'Throughput', '', { unit: 'files/s', whole: false, lines: rate, untilMs }),
  ].join('')
}

const figure = (title: string, caption: string, extra: string, options: Omit<Parameters<typeof chart>[0], 'title'>): string =>
  `<figure><figcaption>${caption}${extra}</figcaption>${chart({ title, ...options })}</figure>`

const legend = (lines: readonly Line[]): string =>
  lines.map(({ name, tone, shape }) => `<span class="${tone}"><i class="${shape}"></i>${escapeHtml(name)}</span>`).join('')

const HEADINGS = ['Most live', 'Most waiting', 'Done', 'Failed', 'p50', 'p99', 'Restarts', 'Escalations']

/** The groups in numbers: the pictures' facts for whoever cannot see them. */
export const groupTable = (result: Result): string => {
  const head = `<tr><th>Group</th>${HEADINGS.map((heading) => `<th class="number">${heading}</th>`).join('')}</tr>`
  return `<div class="scroll"><table><thead>${head}</thead><tbody>${lastReadings(result).map((reading) => row(result, reading)).join('')}</tbody></table></div>`
}

const row = ({ recording: { samples } }: Result, { address, max, processed, failed, serviceMs, restarts, escalations }: Reading): string => {
  const most = (read: (reading: Reading) => number): number => Math.max(0, ...series(samples, address, read).map(({ value }) => value))
  const cells = [
    `${most(({ live }) => live)} of ${max}`,
    count(most(({ waiting }) => waiting)),
    count(processed),
    count(failed),
    duration(serviceMs.p50),
    duration(serviceMs.p99),
    count(restarts),
    count(escalations),
  ]
  return `<tr><td>${escapeHtml(address)}</td>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`
}
