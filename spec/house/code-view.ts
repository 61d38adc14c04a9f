/**
 * The text with comments and the insides of strings, templates and regular expressions blanked: same length, same
 * lines, so that an index into one is an index into the other. TypeScript 7 has no compiler API; this is enough for
 * rules about words, and it knows that a sample inside a string is not code.
 */
export const codeView = (text: string): string => {
  const out: string[] = []
  const templates: number[] = []
  let depth = 0
  let at = 0
  const keep = (count: number): void => {
    out.push(text.slice(at, at + count))
    at += count
  }
  const blankTo = (end: number): void => {
    out.push(text.slice(at, end).replaceAll(/[^\n]/g, ' '))
    at = end
  }
  const template = (): void => {
    const end = templateEnd(text, at)
    blankTo(end)
    if (text[at] === '`') keep(1)
    else if (at < text.length) {
      templates.push(depth)
      keep(2)
    }
  }
  while (at < text.length) {
    const two = text.slice(at, at + 2)
    const one = text.charAt(at)
    if (two === '//') blankTo(found(text.indexOf('\n', at), text))
    else if (two === '/*') blankTo(found(text.indexOf('*/', at + 2), text, 2))
    else if (one === '\'' || one === '"') {
      keep(1)
      blankTo(quotedEnd(text, at, one))
      keep(1)
    } else if (one === '`') {
      keep(1)
      template()
    } else if (one === '/' && startsRegex(out)) {
      keep(1)
      blankTo(regexEnd(text, at))
      keep(1)
    } else if (one === '}' && templates.at(-1) === depth) {
      templates.pop()
      keep(1)
      template()
    } else {
      if (one === '{') depth += 1
      if (one === '}') depth -= 1
      keep(1)
    }
  }
  return out.join('')
}

const found = (index: number, text: string, after = 0): number => (index < 0 ? text.length : index + after)

const quotedEnd = (text: string, from: number, quote: string): number => {
  let at = from
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1
  return Math.min(at, text.length)
}

const templateEnd = (text: string, from: number): number => {
  let at = from
  while (at < text.length && text[at] !== '`' && !text.startsWith('${', at)) at += text[at] === '\\' ? 2 : 1
  return Math.min(at, text.length)
}

const regexEnd = (text: string, from: number): number => {
  let at = from
  let inClass = false
  while (at < text.length && text[at] !== '\n' && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true
    if (text[at] === ']') inClass = false
    at += text[at] === '\\' ? 2 : 1
  }
  return Math.min(at, text.length)
}

// A slash after a value divides; after anything else it opens a regular expression.
const startsRegex = (before: readonly string[]): boolean => {
  const last = before.slice(-40).join('').trimEnd()
  return !/[\w$)\]}'"`]$/.test(last) || /(?:^|[^\w$.])(?:return|typeof|case|in|of|await|yield|else|do)$/.test(last)
}

/** The number of the line an index lies on, counted from 1. */
export const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** How many lines a file has, as an editor counts them. */
export const lineCount = (text: string): number => text.replace(/\n$/, '').split('\n').length
