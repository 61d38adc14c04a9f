import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { read, ROOT } from '../house/tree.js'

export interface Report {
  readonly passed: number
  readonly failed: number
  readonly exitCode: number | null
  readonly text: string
}

export interface RunnerStand {
  /** Runs the same tests under jest. */
  jest(environment?: Readonly<Record<string, string>>): Report
  /** Runs the same tests under `node --test`. */
  node(environment?: Readonly<Record<string, string>>): Report
  remove(): void
}

const TEMPORARY = `${ROOT}/reports`

/** A package of its own with rxcrew installed in it, built from the sources as they are; it finds the rest where we do. */
export const runnerStand = (): RunnerStand => {
  mkdirSync(TEMPORARY, { recursive: true })
  const folder = mkdtempSync(`${TEMPORARY}/runners-`)
  const installed = `${folder}/node_modules/rxcrew`
  mkdirSync(installed, { recursive: true })
  writeFileSync(`${installed}/package.json`, read('package.json'))
  writeFileSync(`${folder}/package.json`, JSON.stringify({ name: 'runners', private: true, type: 'module' }))
  for (const [from, to] of [['kit.js', 'kit.js'], ['laws.jest.js', 'laws.test.js'], ['laws.node.js', 'laws.node.js']] as const) copyFileSync(`${ROOT}/spec/runners/${from}`, `${folder}/${to}`)
  execFileSync(`${ROOT}/node_modules/.bin/tsc`, ['-p', 'tsconfig.build.json', '--outDir', `${installed}/dist`], { cwd: ROOT, stdio: 'pipe' })
  const run = (args: readonly string[], environment: Readonly<Record<string, string>>) =>
    spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', ...environment } })
  return {
    jest: (environment = {}) => {
      const config = JSON.stringify({ rootDir: folder, testMatch: ['<rootDir>/laws.test.js'], transform: {}, testEnvironment: 'node' })
      const { status, stdout, stderr } = run(['--experimental-vm-modules', `${ROOT}/node_modules/jest/bin/jest.js`, '--config', config, '--json', '--ci', '--no-cache', '--runInBand'], environment)
      const { numPassedTests = 0, numFailedTests = 0 } = json(stdout)
      return { passed: Number(numPassedTests), failed: Number(numFailedTests), exitCode: status, text: stdout + stderr }
    },
    node: (environment = {}) => {
      const { status, stdout, stderr } = run(['--test', '--test-reporter=tap', 'laws.node.js'], environment)
      const count = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0)
      return { passed: count('pass'), failed: count('fail'), exitCode: status, text: stdout + stderr }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

const json = (text: string): Record<string, unknown> => {
  const parsed: unknown = JSON.parse(text === '' ? '{}' : text)
  return { ...Object(parsed) }
}
