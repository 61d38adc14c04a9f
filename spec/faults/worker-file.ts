import { ROOT } from '../house/tree.js'

/** Where the program of the worker processes is, once it is built: beneath the root, so that it finds the packages. */
export const WORKER_FILE = `${ROOT}/build/faults/worker.js`
