import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { runCommand } from '../../src/runner/command.js'

export interface Ran {
  readonly code: number
  readonly output: string
  readonly errors: string
}

export interface CommandStand {
  readonly folder: string
  /** Writes a file into the folder, and gives its name. */
  file(name: string, text: string): string
  run(...words: readonly string[]): Promise<Ran>
}

/** A folder of its own in which commands run, until the specs of the file are over. */
export const commandStand = (): CommandStand => {
  const folder = mkdtempSync(join(tmpdir(), 'rxcrew-command-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  return {
    folder,
    file: (name, text) => {
      writeFileSync(join(folder, name), text)
      return name
    },
    run: async (...words) => {
      const [output, errors]: [string[], string[]] = [[], []]
      const code = await runCommand(words, { output: { write: (text) => output.push(text) }, errors: { write: (text) => errors.push(text) }, folder })
      return { code, output: output.join(''), errors: errors.join('') }
    },
  }
}

/** Cells of the row of a printed table that begins with a label. */
export const rowOf = (output: string, label: string): readonly string[] => {
  const line = output.split('\n').find((one) => one.startsWith(`${label}  `))
  if (line === undefined) throw new Error(`no row begins with ${label}:\n${output}`)
  return line.slice(label.length).trim().split(/\s+/)
}
