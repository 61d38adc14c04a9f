/** A table of a Markdown text that is filled from the code, with the comment that tells from what. */
interface Table {
  readonly name: string
  /** Index of the line of the mark, counted from 0. */
  readonly mark: number
  /** Index of the first line of the table; where one is missing, where it goes. */
  readonly start: number
  readonly end: number
}

const MARK = /^<!--\s*table:\s*([\w-]+)\s*-->$/

const tablesOf = (lines: readonly string[]): readonly Table[] =>
  lines.flatMap((line, mark) => {
    const name = MARK.exec(line)?.[1]
    if (name === undefined) return []
    const blank = lines[mark + 1]?.trim() === '' && lines[mark + 2]?.startsWith('|') === true
    const start = mark + (blank ? 2 : 1)
    const length = lines.slice(start).findIndex((other) => !other.startsWith('|'))
    return [{ name, mark, start, end: length < 0 ? lines.length : start + length }]
  })

export interface FilledTables {
  readonly text: string
  /** Where a table held something else: `docs/a.md:12 table bus-features`. */
  readonly changes: readonly string[]
  readonly problems: readonly string[]
}

/** Puts below each mark `<!-- table: name -->` the table of that name. */
export const fillTables = (path: string, markdown: string, tables: Readonly<Record<string, readonly string[]>>): FilledTables => {
  const lines = markdown.split('\n')
  const changes: string[] = []
  const problems: string[] = []
  for (const { name, mark, start, end } of tablesOf(lines).toReversed()) {
    const should = tables[name]
    if (should === undefined) problems.unshift(`${path}:${mark + 1} there is no table ${name}; there is ${Object.keys(tables).join(', ')}`)
    else if (should.join('\n') !== lines.slice(start, end).join('\n')) {
      changes.unshift(`${path}:${mark + 1} table ${name}`)
      lines.splice(start, end - start, ...should)
    }
  }
  return { text: lines.join('\n'), changes, problems }
}
