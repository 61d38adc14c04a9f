// Bundles everything the core offers as an application would, and fails if it is too large or needs Node. Behind `npm run size`.
import { build } from 'esbuild'
import { brotliCompressSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { fail, say } from './say.mjs'

const MAX_BYTES = 20_000
const SHOWN = 8

const nodeImports = []
const findNodeImports = {
  name: 'find-node-imports',
  setup: (bundler) =>
    bundler.onResolve({ filter: /^node:/ }, ({ path, importer }) => {
      nodeImports.push(`${importer} imports ${path}`)
      return { path, external: true }
    }),
}

const { outputFiles, metafile } = await build({
  stdin: { contents: 'import * as all from \'rxcrew\'\nglobalThis.x = all', resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  external: ['rxjs', 'rxjs/*'],
  plugins: [findNodeImports],
  tsconfigRaw: '{}', // its paths would lead to src, and users get dist
  logLevel: 'error',
}).catch(() => fail('The core does not bundle for browsers; has it been built?'))

const [{ contents }] = outputFiles
const bytes = brotliCompressSync(contents).length
const [{ inputs }] = Object.values(metafile.outputs)
const largest = Object.entries(inputs).toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).slice(0, SHOWN)

say(`${bytes} bytes with brotli, of ${MAX_BYTES} allowed (${contents.length} minified, rxjs not included). The largest parts, minified:`)
for (const [path, { bytesInOutput }] of largest) say(`${String(bytesInOutput).padStart(8)} ${path}`)

if (nodeImports.length > 0) fail('The core must run in browsers, but:', ...nodeImports)
if (bytes > MAX_BYTES) fail(`Too large by ${bytes - MAX_BYTES} bytes.`)
