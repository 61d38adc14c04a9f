import type { Curve } from './measure.js'
import { panel, type Panel } from './panel.js'

export interface Picture {
  readonly title: string
  readonly axis: string
  readonly per: string
  readonly curves: readonly Curve[]
}

const WIDTH = 760
const HEIGHT = 270
const COLOURS = [['#2166c4', '#6aaaf7'], ['#c2410c', '#ff9a5c']] as const

/** Looks in light and in dark: whoever shows it as an image gets the reader's. */
const STYLE = [
  `.growth{--paper:#fcfcfb;--ink:#16181d;--soft:#5b6270;--rule:#e3e5e8;${COLOURS.map(([light], i) => `--c${i}:${light}`).join(';')}}`,
  `@media (prefers-color-scheme:dark){.growth{--paper:#14161a;--ink:#eceef2;--soft:#a2a9b5;--rule:#333842;${COLOURS.map(([, dark], i) => `--c${i}:${dark}`).join(';')}}}`,
  '.growth text{font:12px system-ui,sans-serif;fill:var(--soft)}.growth .head{font-size:15px;font-weight:600;fill:var(--ink)}.growth .title{fill:var(--ink)}',
  '.growth .paper{fill:var(--paper)}.growth .grid{stroke:var(--rule)}.growth .line{fill:none;stroke-width:2;stroke-linejoin:round}',
  COLOURS.map((_, i) => `.growth .line.c${i}{stroke:var(--c${i})}.growth .dot.c${i}{fill:var(--c${i})}`).join(''),
].join('\n')

const panels = ({ axis, per, curves }: Picture): readonly Panel[] => [
  { title: `CPU time a ${per}, ns`, axis, curves: curves.map(({ points }) => points.map(({ size, ns }) => ({ size, value: ns }))) },
  { title: 'held on the heap afterwards, KB', axis, curves: curves.map(({ points }) => points.map(({ size, heldBytes }) => ({ size, value: Math.max(0, heldBytes / 1_024) }))) },
]

/** A picture of what something costs against its size: time on the left, memory on the right. */
export const plot = (picture: Picture): string => {
  const { title, curves } = picture
  const legend = curves.map(({ name }, i) => `<circle class="dot c${i}" cx="${32 + i * 170}" cy="50" r="4"/><text x="${42 + i * 170}" y="54">${name}</text>`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="growth" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}">`,
    `<style>${STYLE}</style><rect class="paper" width="${WIDTH}" height="${HEIGHT}"/><text class="head" x="22" y="28">${title}</text>`,
    ...legend,
    ...panels(picture).map((one, i) => panel(one, { left: 66 + i * 376, right: 362 + i * 376, top: 92, bottom: 222 })),
    '</svg>\n',
  ].join('\n')
}
