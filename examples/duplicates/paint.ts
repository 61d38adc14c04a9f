/** Colours and weights of the terminal; each returns its text as it is where there are none. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly busy: (text: string) => string
  readonly warn: (text: string) => string
}

export const createPaint = (colours: boolean): Paint => {
  const wrap = (on: number, off: number) => (text: string) => (colours && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text)
  return { bold: wrap(1, 22), dim: wrap(2, 22), good: wrap(32, 39), busy: wrap(36, 39), warn: wrap(33, 39) }
}

/** Colours only on a terminal, and only if nobody asked for none (no-color.org). */
export const wantsColours = (isTTY: boolean, environment: Readonly<Record<string, string | undefined>>): boolean =>
  isTTY && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
