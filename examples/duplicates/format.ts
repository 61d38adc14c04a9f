/** `1,204`: whole numbers with separators, the same in every locale. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

/** `1 file`, `2 files`. */
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `812 B`, `1.5 KiB`, `256 MiB`: three digits at most, in powers of 1,024. */
export const bytes = (value: number): string => {
  if (value < 1000) return `${Math.round(value)} B`
  let scaled = value / 1024
  let unit = 0
  for (; scaled >= 999.5 && unit < UNITS.length - 1; unit += 1) scaled /= 1024
  return `${significant(scaled)} ${UNITS[unit]}`
}

/** `0:07`, `12:34`, `1:02:03`. */
export const clock = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const tail = two(seconds)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}:${tail}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${tail}`
}

/** `0.4 ms`, `34 ms`, `2.1 s`, `3:20`. */
export const duration = (ms: number): string => {
  if (ms < 999.5) return `${significant(ms)} ms`
  return ms < 99_950 ? `${significant(ms / 1000)} s` : clock(ms)
}

/** `0.4`, `2.1`, `34`, `1,204`: as many digits as matter. */
export const significant = (value: number): string => (value < 9.95 && value !== Math.round(value) ? value.toFixed(1) : count(value))

const two = (value: number): string => String(value % 60).padStart(2, '0')

// A name may hold escape sequences, line breaks or marks that turn the direction of writing: shown, they must do nothing.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

/** Text in which every character can be seen and none does anything. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (mark) => SHORT[mark] ?? `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`)
