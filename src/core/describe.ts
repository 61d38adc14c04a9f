const MAX_LENGTH = 80

/** Shows any value in a few words for an error message; never throws, never longer than about 80 characters. */
export const describe = (value: unknown): string => {
  const text = raw(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

const raw = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'function':
      return `function ${value.name || '(anonymous)'}`
    case 'object':
      return object(value)
    default:
      return String(value)
  }
}

const object = (value: object | null): string => {
  if (value === null) return 'null'
  if (value instanceof Error) return `${value.name}: ${value.message}`
  try {
    return JSON.stringify(value) ?? 'object'
  } catch {
    return Array.isArray(value) ? 'array' : 'object'
  }
}
