import { clock, count, plural } from '../duplicates/format.js'
import { shareOf, type GroupView, type View } from '../duplicates/view.js'

/** One line: how far it is, and what each process does of it. */
export const processesView = (view: View): string => {
  const share = shareOf(view)
  const files = share === undefined ? `${plural(view.done, 'file')}, still counting` : `${count(view.done)} of ${count(view.total ?? 0)} files (${Math.floor(share * 100)} %)`
  const rates = view.groups.filter(isProcess).map(({ address, perSecond }) => `${address.replace(/^\D+/, '')}: ${count(perSecond)}/s`)
  const finishing = view.phase === 'finishing' ? [`finishing, ${count(view.open)} open`] : []
  return `[${clock(view.elapsedMs)}] ${[files, ...finishing].join(', ')}; by process ${rates.join(', ')}`
}

const isProcess = ({ address }: GroupView): boolean => address.startsWith('process ')
