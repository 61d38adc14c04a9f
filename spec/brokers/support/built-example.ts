import { build } from 'esbuild'
import { ROOT } from '../../house/tree.js'

/** Compiles programs of a folder of examples into one of their own, so that no other spec's build is in their way; resolves to that folder. */
export const builtExample = async (folder: string, ...names: readonly string[]): Promise<string> => {
  // Beneath the root, so that they find the packages.
  const outdir = `${ROOT}/build/specs/${folder}`
  const entryPoints = names.map((name) => `${ROOT}/examples/${folder}/${name}.ts`)
  await build({ entryPoints, outdir, bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning' })
  return outdir
}
