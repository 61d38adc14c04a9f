import { mkdirSync, writeFileSync } from 'node:fs'
import { line } from '../table.js'
import { curvesOf, type Curve } from './measure.js'
import { plot } from './plot.js'
import { SCENARIOS } from './scenarios.js'

const FOLDER = new URL('../../../docs/growth/', import.meta.url)

const rows = ({ name, points }: Curve): readonly string[] =>
  points.map(({ size, ns, heldBytes, notes = {} }) => {
    const told = Object.entries(notes).map(([what, value]) => `${Number(value.toPrecision(3))} ${what}`)
    return line([name, size.toLocaleString('en'), Math.round(ns).toLocaleString('en'), (heldBytes / 1_024).toFixed(0), told.join(', ')])
  })

/** Measures each scenario whose name is asked for, prints its table, and draws it into docs/growth. */
export const grow = async (only = ''): Promise<void> => {
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, { title, axis, per }] of Object.entries(SCENARIOS).filter(([each]) => each.includes(only))) {
    // eslint-disable-next-line no-await-in-loop -- one at a time is the point
    const curves = await curvesOf(name)
    writeFileSync(new URL(`${name}.svg`, FOLDER), plot({ title, axis, per, curves }))
    console.log([`### ${title}`, '', line(['what', axis, `ns a ${per}`, 'KB held', '']), '|---|---:|---:|---:|---|', ...curves.flatMap(rows), ''].join('\n'))
  }
}
