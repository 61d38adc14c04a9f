/** A value at a size. */
export interface Spot {
  readonly size: number
  readonly value: number
}

export interface Panel {
  readonly title: string
  readonly axis: string
  readonly curves: readonly (readonly Spot[])[]
}

export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const short = (value: number): string => {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`
  return value >= 1e3 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}

const px = (value: number): string => value.toFixed(1)

/** A round step of which about four make the whole. */
const stepOf = (highest: number): number => {
  const rough = Math.max(highest, 1e-9) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
}

/** Sizes lie on a scale of powers, values from 0 on an even one: what is flat is seen to be flat. */
export const panel = ({ title, axis, curves }: Panel, { left, right, top, bottom }: Frame): string => {
  const spots = curves.flat()
  const sizes = [...new Set(spots.map(({ size }) => size))].toSorted((a, b) => a - b)
  const [least = 1, most = 1] = [sizes[0], sizes.at(-1)]
  const step = stepOf(Math.max(...spots.map(({ value }) => value), 1))
  const ticks = Math.ceil(Math.max(...spots.map(({ value }) => value), 1) / step)
  const x = (size: number): number => left + (Math.log(size / least) / Math.log(most / least)) * (right - left)
  const y = (value: number): number => bottom - (value / (ticks * step)) * (bottom - top)
  const level = (_: unknown, i: number): string => {
    const at = px(y(i * step))
    return `<path class="grid" d="M${left} ${at}H${right}"/><text x="${left - 8}" y="${px(y(i * step) + 4)}" text-anchor="end">${short(i * step)}</text>`
  }
  const curve = (points: readonly Spot[], i: number): string =>
    `<path class="line c${i}" d="${points.map(({ size, value }, n) => `${n === 0 ? 'M' : 'L'}${px(x(size))} ${px(y(value))}`).join('')}"/>` +
    points.map(({ size, value }) => `<circle class="dot c${i}" cx="${px(x(size))}" cy="${px(y(value))}" r="2.5"/>`).join('')
  return [
    `<text class="title" x="${left - 40}" y="${top - 16}">${title}</text>`,
    ...Array.from({ length: ticks + 1 }, level),
    ...sizes.map((size) => `<text x="${px(x(size))}" y="${bottom + 18}" text-anchor="middle">${short(size)}</text>`),
    `<text x="${px((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">${axis}</text>`,
    ...curves.map(curve),
  ].join('\n')
}
