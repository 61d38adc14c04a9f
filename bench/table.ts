import { ratio, type Figure } from './race.js'

const number = (value: number): string => (Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en'))

/** Two digits after the point, more where the value is small. */
export const times = (value: number): string => {
  if (Number.isNaN(value)) return '–'
  return value < 0.1 ? value.toPrecision(1) : value.toFixed(2)
}

const isOurs = (name: string): boolean => /^(?:scaleMap|group|hub)/.test(name)

/** The figures of one cell as a Markdown table; ratios are of the fastest rounds' CPU time, and below 1 in the last columns ours is faster. */
export const table = (title: string, figures: readonly Figure[]): string => {
  const floor = figures.find(({ name }) => name === 'floor')
  const ours = figures.filter(({ name }) => name === 'scaleMap' || name === 'group')
  const heads = ['who', 'fastest', 'median', '±', 'passed', 'bytes', ...(floor === undefined ? [] : ['× floor']), ...ours.map(({ name }) => `${name} ÷ it`)]
  const row = (figure: Figure): readonly string[] => [
    isOurs(figure.name) ? `**${figure.name}**` : figure.name,
    number(figure.bestNs),
    number(figure.cpuNs),
    number(figure.spreadNs),
    number(figure.ns),
    number(figure.bytes),
    ...(floor === undefined ? [] : [times(ratio(figure, floor))]),
    ...ours.map((our) => times(ratio(our, figure))),
  ]
  return [`### ${title}`, '', line(heads), `|---|${'---:|'.repeat(heads.length - 1)}`, ...figures.map((figure) => line(row(figure)))].join('\n')
}

export const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** How each contender of some cells is used, once each. */
export const idioms = (figures: readonly Figure[]): string =>
  [...new Map(figures.map(({ name, idiom }) => [name, idiom]))].map(([name, idiom]) => `- ${name}: ${idiom}`).join('\n')
