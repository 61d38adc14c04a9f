import { bytes, clock, count, plural } from './format.js'
import { shareOf, type View } from './view.js'

/** One line for a log: the same facts as the live picture. */
export const plainView = (view: View): string => {
  const share = shareOf(view)
  const files = share === undefined ? `${plural(view.done, 'file')}, still counting` : `${count(view.done)} of ${count(view.total ?? 0)} files (${Math.floor(share * 100)} %)`
  const finishing = view.phase === 'finishing' ? [`finishing, ${count(view.open)} open`] : []
  const left = view.leftMs === undefined || view.phase === 'finishing' ? [] : [`${clock(view.leftMs)} left`]
  const groups = view.groups.map(({ address, live, max, waiting, perSecond }) => `${address} ${live}/${max} workers ${count(waiting)} waiting ${count(perSecond)}/s`)
  const facts = [files, bytes(view.bytes), plural(view.redundant, 'duplicate'), plural(view.dead, 'dead letter'), ...finishing, ...left]
  return `[${clock(view.elapsedMs)}] ${facts.join(', ')} | ${groups.join(' | ')}`
}
