import { padEnd, padStart, shorten, width } from './cells.js'
import { bytes, clock, count, duration, plural } from './format.js'
import type { Paint } from './paint.js'
import { shareOf, type GroupView, type View } from './view.js'

const CREW = 16
const BAR = 32
const WIDEST = 80

/** The live picture: lines of at most 80 cells (fewer on a narrower terminal), always as many. */
export const terminalView = (view: View, columns: number, paint: Paint): readonly string[] => {
  const cells = Math.min(WIDEST, columns - 1)
  return [
    title(view, cells, paint),
    '',
    cut(HEADING, cells, paint.dim),
    ...view.groups.map((group) => (cells < WIDEST - 1 ? cut(groupText(group), cells) : groupLine(group, paint))),
    '',
    progress(view, cells, paint),
    cut(totals(view), cells),
    cut(`  ${view.note ?? ''}`, cells, paint.warn),
    cut(`  ${footer(view)}`, cells, paint.dim),
  ]
}

const cut = (text: string, cells: number, style: (text: string) => string = (same) => same): string => style(shorten(text.trimEnd(), cells))

const title = ({ folder, elapsedMs }: View, cells: number, { bold }: Paint): string => {
  const name = 'rxcrew duplicates'
  const time = clock(elapsedMs)
  const room = cells - width(name) - width(time) - 6
  return room < 4 ? cut(name, cells, bold) : `  ${bold(name)}  ${padEnd(folder, room)}  ${time}`
}

const columnsOf = (name: string, crew: string, workers: string, waiting: string, rate: string, p99: string, escalations: string): string =>
  `  ${padEnd(name, 8)} ${crew} ${padStart(workers, 7)} ${padStart(waiting, 7)} ${padStart(rate, 9)} ${padStart(p99, 8)} ${padStart(escalations, 12)}`

const HEADING = columnsOf('group', padEnd('busy█ idle▒', CREW), 'workers', 'waiting', 'files/s', 'p99', 'escalations')

const numbers = (group: GroupView, crew: string): string =>
  columnsOf(
    group.address,
    crew,
    `${group.live}/${group.max}`,
    count(group.waiting),
    count(group.perSecond),
    duration(group.serviceMs.p99),
    count(group.escalations),
  )

const groupText = (group: GroupView): string => numbers(group, Object.values(crewOf(group)).join(''))

const groupLine = (group: GroupView, paint: Paint): string => {
  const { busy, idle, free } = crewOf(group)
  return numbers(group, paint.busy(busy) + idle + paint.dim(free))
}

/** One cell for each worker; for more workers than cells, each cell stands for several. */
const crewOf = ({ busy, live, max }: GroupView): { busy: string; idle: string; free: string } => {
  const scale = Math.min(1, CREW / Math.max(1, max))
  const most = Math.ceil(max * scale)
  const working = Math.min(most, Math.ceil(busy * scale))
  const alive = Math.min(most, Math.max(working, Math.ceil(live * scale)))
  return { busy: '█'.repeat(working), idle: '▒'.repeat(alive - working), free: '·'.repeat(most - alive) + ' '.repeat(CREW - most) }
}

const progress = (view: View, cells: number, paint: Paint): string => {
  const share = shareOf(view)
  if (share === undefined) return cut(`  counting the files; ${count(view.done)} done so far`, cells)
  const full = Math.floor(share * BAR)
  const percent = padStart(`${Math.floor(share * 100)} %`, 6)
  const left = view.leftMs === undefined || view.phase === 'finishing' ? '' : `  ${clock(view.leftMs)} left`
  const text = `${percent}  ${count(view.done)} of ${count(view.total ?? 0)} files${left}`
  const bar = `  ${paint.good('█'.repeat(full))}${paint.dim('░'.repeat(BAR - full))}`
  return cells < BAR + 2 + width(text) ? cut(`  ${text.trimStart()}`, cells) : bar + text
}

const totals = (view: View): string =>
  `  ${bytes(view.bytes)} at ${bytes(view.bytesPerSecond)}/s   ${plural(view.redundant, 'duplicate')}, ${bytes(view.wasted)} wasted   ${plural(view.dead, 'dead letter')}`

const footer = ({ phase, open }: View): string =>
  phase === 'working' ? 'Ctrl-C finishes what was begun and stops.' : `Finishing ${plural(open, 'file')} that had been begun. Ctrl-C again ends at once.`
