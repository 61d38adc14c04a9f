import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'

/**
 * Imports a TypeScript module of the house, which the oldest supported Node cannot do by itself. It is bundled in
 * memory beside its source, so `import.meta.url` is that of the module asked for.
 */
export const load = async (path) => {
  const url = new URL(path, import.meta.url)
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(url)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    define: { 'import.meta.url': JSON.stringify(url.href) },
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

/** The modules of spec/house that the tools use, side by side. */
export const house = () => load('../spec/house/tooling.ts')
