// Terminal cells, not characters: an ideograph takes two, a letter with its accents one.
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

const split = (text: string): readonly string[] => Array.from(graphemes.segment(text), ({ segment }) => segment)

const cellsOf = (character: string): number => 1 + Number(WIDE.test(character))

const sum = (characters: readonly string[]): number => characters.reduce((cells, character) => cells + cellsOf(character), 0)

/** How many cells a printable text takes. */
export const width = (text: string): number => sum(split(text))

/** Cuts in the middle to at most `cells`: the end of a path tells more than its middle. */
export const shorten = (text: string, cells: number): string => {
  const characters = split(text)
  if (sum(characters) <= cells) return text
  if (cells < 3) return '…'.slice(0, Math.max(0, cells))
  const head = take(characters, Math.floor((cells - 1) / 3))
  const tail = take(characters.toReversed(), cells - 1 - sum(head))
  return `${head.join('')}…${tail.toReversed().join('')}`
}

/** Fills up with blanks to `cells`, or cuts. */
export const padEnd = (text: string, cells: number): string => fill(shorten(text, cells), cells, (cut, blanks) => cut + blanks)

export const padStart = (text: string, cells: number): string => fill(shorten(text, cells), cells, (cut, blanks) => blanks + cut)

const fill = (cut: string, cells: number, join: (cut: string, blanks: string) => string): string => join(cut, ' '.repeat(Math.max(0, cells - width(cut))))

const take = (characters: readonly string[], cells: number): readonly string[] => {
  let used = 0
  const end = characters.findIndex((character) => (used += cellsOf(character)) > cells)
  return end < 0 ? characters : characters.slice(0, end)
}
