// What the tools in tools/ use: they load this one file.
export { featuresTable } from './bus-features.js'
export { fillDoc } from './doc-blocks.js'
export { fillTables } from './doc-tables.js'
export { documents } from './documents.js'
export { ensureBuilt, runExample } from './examples.js'
export { entryPoints, publicSurface, surfaceChanges, SURFACE_FILE } from './public-names.js'
export { read, ROOT } from './tree.js'
