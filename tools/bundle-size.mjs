// Bundles everything the core offers as an application would, and fails if it is too large or needs Node. Behind `npm run size`.
import { build } from 'esbuild'
import { brotliCompressSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { fail, say } from './say.mjs'

const GROUPS = 'workerGroup, scaleMap, demand, fixed, resume, restartOne, stopAndEscalate, exponential'
const HUB = `${GROUPS}, actionHub, action, actions, memoryBus, pipeline, family, supervise, control, restartAll, byError, constant, byBackoff, decorrelatedJitter, reject, keepLease, encodeMessage, decodeMessage`
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

/** Bundles what an application would, and says what it weighs. */
const weigh = async (what, names, maxBytes) => {
  const contents = names === undefined ? "import * as all from 'rxcrew'\nglobalThis.x = all" : `import { ${names} } from 'rxcrew'\nglobalThis.x = [${names}]`
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
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
  const [output] = outputFiles
  const bytes = brotliCompressSync(output.contents).length
  say(`${what}: ${bytes} bytes with brotli, of ${maxBytes} allowed (${output.contents.length} minified, rxjs not included)`)
  return { bytes, maxBytes, what, inputs: Object.values(metafile.outputs)[0].inputs }
}

const weights = [
  await weigh('scaleMap alone', 'scaleMap', 6_000),
  await weigh('worker groups with policies, three strategies and a backoff', GROUPS, 20_000),
  await weigh('groups, hub and memory bus', HUB, 40_000),
  await weigh('everything, with every scaling policy', undefined, 56_000),
]

say('The largest parts, minified:')
const largest = Object.entries(weights.at(-1).inputs).toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).slice(0, SHOWN)
for (const [path, { bytesInOutput }] of largest) say(`${String(bytesInOutput).padStart(8)} ${path}`)

if (nodeImports.length > 0) fail('The core must run in browsers, but:', ...nodeImports)
for (const { what, bytes, maxBytes } of weights) if (bytes > maxBytes) fail(`${what}: too large by ${bytes - maxBytes} bytes.`)
