import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { codeView } from './code-view.js'
import { ROOT } from './tree.js'

/** The programs that stand directly in examples/: those that the docs show and the specs run. */
export const examplePrograms = (): readonly string[] =>
  readdirSync(`${ROOT}/examples`)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `examples/${name}`)
    .toSorted()

/** What is wrong with the text of an example: it is a program that prints, not a module that offers. */
export const exampleProblems = (path: string, text: string): readonly string[] => {
  const code = codeView(text)
  return [
    ...(/^\s*export\b/m.test(code) ? [`${path} exports something`] : []),
    ...(/\bconsole\s*\.\s*log\b/.test(code) ? [] : [`${path} prints nothing with console.log`]),
  ]
}

const FOLDERS: readonly string[] = ['src', 'examples', 'bench']
const FILES: readonly string[] = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.examples.json']

const changedMs = (path: string): number => (existsSync(`${ROOT}/${path}`) ? statSync(`${ROOT}/${path}`).mtimeMs : 0)

// Folders count too: a file that was removed changes nothing but its folder.
const allIn = (folder: string): readonly string[] =>
  existsSync(`${ROOT}/${folder}`)
    ? readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`)
    : []

const sources = (): readonly string[] => [...FILES, ...FOLDERS, ...FOLDERS.flatMap(allIn)]

const QUIET = { cwd: ROOT, encoding: 'utf8', stdio: 'pipe', input: '' } as const

/** Builds the package and the examples unless what is built is younger than everything it is built from. */
export const ensureBuilt = (): void => {
  const builtMs = Math.min(changedMs('dist/index.js'), changedMs('build/examples'))
  if (builtMs > Math.max(...sources().map(changedMs))) return
  const { status, stdout } = spawnSync('npm', ['run', 'build'], QUIET)
  if (status !== 0) throw new Error(`npm run build fails:\n${stdout}`)
}

/** Runs a built example as a user would, and returns what it printed; throws if it ends with another code than 0. */
export const runExample = (path: string): string =>
  execFileSync(process.execPath, [`build/${path.replace(/\.ts$/, '.js')}`], { ...QUIET, timeout: 50_000 })
