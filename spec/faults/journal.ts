import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** What a handler has to say of one message. */
export interface Entry {
  readonly id: string
  /** Which delivery of the message it is, as the bus counts. */
  readonly attempt: number
  readonly what: 'start' | 'end' | 'failed' | 'aborted'
  readonly pid: number
  /** By the clock of the machine, which all processes share. */
  readonly atMs: number
}

/** Where handlers write, and the checker reads. */
export interface Journal {
  write(entry: Entry): void
  entries(): readonly Entry[]
}

export const memoryJournal = (): Journal => {
  const all: Entry[] = []
  return { write: (entry) => void all.push(entry), entries: () => all }
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && 'id' in value && 'what' in value

const entryOf = (line: string): Entry => {
  const value: unknown = JSON.parse(line)
  if (!isEntry(value)) throw new Error(`no entry of a journal: ${line}`)
  return value
}

/** Of several processes: each entry is one write at the end of the file, so that a process that dies leaves whole lines. */
export const fileJournal = (path: string): Journal => {
  const all: Entry[] = []
  let read = 0
  return {
    write: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`),
    entries: () => {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
      const whole = text.slice(read, text.lastIndexOf('\n') + 1)
      read += whole.length
      all.push(...whole.split('\n').filter((line) => line !== '').map(entryOf))
      return all
    },
  }
}
