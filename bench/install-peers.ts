import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PEERS_FOLDER } from './entrants.js'

const folder = fileURLToPath(PEERS_FOLDER)

const run = (command: string, args: readonly string[], failure: string): void => {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(failure)
}

/** The peers are no part of the main install: they are fetched when somebody measures, and compiled beside their packages. */
export const installPeers = (): void => {
  if (!existsSync(`${folder}node_modules/.package-lock.json`)) {
    console.log('Installing the peers that are measured beside rxcrew: npm ci --prefix bench. Nothing else needs them.\n')
    run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund'], 'the peers could not be installed; without them: npm run bench -- --ours')
  }
  run(process.execPath, [fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url)), '-p', folder], 'the files of the peers do not compile')
}
