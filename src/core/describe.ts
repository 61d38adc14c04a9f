const MAX_LENGTH = 80

/** Shows any value in a few words for an error message; never throws, never longer than about 80 characters. */
export const describe = (value: unknown): string => {
  const text = inWords(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

/** Some values cannot be shown: they refer to themselves, or what is asked of them throws. */
const inWords = (value: unknown): string => {
  try {
    return raw(value)
  } catch {
    return typeof value
  }
}

const raw = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'function':
      return `function ${value.name || '(anonymous)'}`
    case 'object':
      return value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(value) ?? 'object')
    default:
      return String(value)
  }
}
