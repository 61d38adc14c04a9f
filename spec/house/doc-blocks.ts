/** A fenced block of a Markdown text, with the comment that tells where its lines come from. */
export interface Block {
  /** The word after the fence: `ts`, `console`, … */
  readonly language: string
  /** From `<!-- file: … -->` or `<!-- output: … -->` on the line above; blank lines between do not matter. */
  readonly from: { readonly type: 'file' | 'output', readonly path: string, readonly region: string | undefined } | undefined
  /** Index of the line of the opening fence, counted from 0. */
  readonly open: number
  /** Index of the line of the closing fence. */
  readonly close: number
  readonly indent: string
  /** What is between, without the fence's indentation. */
  readonly lines: readonly string[]
}

/** Supplies what a block should hold: the text of a file, or what a program prints. */
export interface Sources {
  readonly file: (path: string) => string
  readonly output: (path: string) => string
}

const CODE: readonly string[] = ['ts', 'typescript', 'tsx', 'mts', 'js', 'javascript', 'mjs']
const OUTPUT: readonly string[] = ['console', 'text']

const FENCE = /^(\s*)(`{3,}|~{3,})\s*([\w+-]*)[^`]*$/
const MARK = /^\s*<!--\s*(file|output):\s*([^\s#]+?)(?:#([\w-]+))?\s*-->\s*$/

/** All fenced blocks, in order. An unclosed one ends with the text. */
export const blocksOf = (markdown: string): readonly Block[] => {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  for (let open = 0; open < lines.length; open += 1) {
    const [, indent = '', fence, language = ''] = FENCE.exec(lines[open] ?? '') ?? []
    if (fence === undefined) continue
    const after = lines.slice(open + 1).findIndex((line) => line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim()))
    const close = after < 0 ? lines.length : open + 1 + after
    const content = lines.slice(open + 1, close).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()))
    blocks.push({ language, from: markAbove(lines, open), open, close, indent, lines: content })
    open = close
  }
  return blocks
}

const markAbove = (lines: readonly string[], open: number): Block['from'] => {
  const above = lines.slice(0, open).findLast((line) => line.trim() !== '') ?? ''
  const [, type, path, region] = MARK.exec(above) ?? []
  return type === undefined || path === undefined ? undefined : { type: type === 'file' ? 'file' : 'output', path, region }
}

/** The lines of a file, or of one `// #region name` to its `// #endregion`; the marks themselves are left out. */
export const excerpt = (path: string, text: string, region: string | undefined): readonly string[] => {
  const lines = text.trimEnd().split('\n')
  if (region === undefined) return lines.filter((line) => !isRegionMark(line))
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`)
  if (start < 0) throw new Error(`${path} has no line \`// #region ${region}\``)
  const end = regionEnd(lines, start)
  if (end < 0) throw new Error(`${path} has no \`// #endregion\` for ${region}`)
  return dedent(lines.slice(start + 1, end).filter((line) => !isRegionMark(line)))
}

const isRegionMark = (line: string): boolean => /^\s*\/\/ #(?:region|endregion)\b/.test(line)

const regionEnd = (lines: readonly string[], start: number): number => {
  let depth = 0
  return lines.findIndex((line, index) => {
    if (index < start || !isRegionMark(line)) return false
    depth += line.includes('#region') ? 1 : -1
    return depth === 0
  })
}

const dedent = (lines: readonly string[]): readonly string[] => {
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length))
  return lines.map((line) => line.slice(margin))
}

type Wanted = { readonly lines: readonly string[] } | { readonly problem: string }

/** What a block should hold, or what is wrong with its mark. `undefined`: it may hold anything. */
const wanted = ({ language, from, lines }: Block, sources: Sources): Wanted | undefined => {
  const [isCode, isOutput] = [CODE.includes(language), OUTPUT.includes(language)]
  if (isCode && from?.type !== 'file') return { problem: `a ${language} block needs <!-- file: examples/x.ts --> or …x.ts#region --> above it` }
  if (isOutput && from?.type === 'file') return { problem: `a ${language} block is filled by <!-- output: examples/x.ts -->` }
  if (from === undefined) return undefined
  if (!isCode && !isOutput) return { problem: `a block of '${language}' cannot be filled: only code, console and text` }
  try {
    if (from.type === 'file') return { lines: excerpt(from.path, sources.file(from.path), from.region) }
    return { lines: [...(language === 'console' ? commands(lines) : []), ...sources.output(from.path).trimEnd().split('\n')] }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

const commands = (lines: readonly string[]): readonly string[] => {
  const end = lines.findIndex((line) => !line.startsWith('$ '))
  return end < 0 ? lines : lines.slice(0, end)
}

export interface FilledDoc {
  readonly text: string
  /** Where a block held something else: `README.md:12 examples/x.ts`. */
  readonly changes: readonly string[]
  /** What cannot be filled, with its line. */
  readonly problems: readonly string[]
}

/** Puts into each block what its mark asks for. */
export const fillDoc = (path: string, markdown: string, sources: Sources): FilledDoc => {
  const lines = markdown.split('\n')
  const changes: string[] = []
  const problems: string[] = []
  for (const block of blocksOf(markdown).toReversed()) {
    const should = wanted(block, sources)
    if (should === undefined) continue
    if ('problem' in should) problems.unshift(`${path}:${block.open + 1} ${should.problem}`)
    else if (should.lines.join('\n') !== block.lines.join('\n')) {
      changes.unshift(`${path}:${block.open + 1} ${block.from?.type} ${block.from?.path}`)
      lines.splice(block.open + 1, block.close - block.open - 1, ...should.lines.map((line) => (line === '' ? '' : block.indent + line)))
    }
  }
  return { text: lines.join('\n'), changes, problems }
}
