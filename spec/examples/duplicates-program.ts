import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The project itself, whose node_modules is what the program looks at when nothing else is named. */
export const PROJECT = ROOT

export const freshFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'duplicates-'))

/** Compiles the program into one file of its own, so that no other spec's build is in its way; resolves to its path. */
export const compile = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'duplicates.mjs')
  await build({
    entryPoints: [join(ROOT, 'examples/duplicates/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    alias: { rxcrew: join(ROOT, 'src/index.ts') },
  })
  return outfile
}

export interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

export interface Running {
  readonly child: ChildProcess
  /** Resolves with the first line, already there or to come, that fits; rejects if the program ends without one. */
  line(fits: RegExp): Promise<string>
  readonly ended: Promise<Ended>
}

/** Starts the program in `cwd`; its output is no terminal. */
export const start = (program: string, words: readonly string[], cwd: string): Running => {
  const child = spawn(process.execPath, [program, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const watchers = new Set<() => void>()
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of [...watchers]) look()
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, lines, errors }))
  })
  const line = (fits: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((candidate) => fits.test(candidate))
        if (found === undefined) return
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
      void ended.then((end) => reject(new Error(`ended with ${end.code} and no line like ${fits}:\n${end.lines.join('\n')}\n${end.errors}`)))
    })
  return { child, line, ended }
}
