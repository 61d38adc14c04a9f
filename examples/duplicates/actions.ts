import { action, type Job } from 'rxcrew'
import type { Catalogue } from './catalogue.js'
import { FoundFile, HashedFile, MeasuredFile } from './files.js'
import { ChangedFile, hashFile } from './hash-file.js'
import type { Ledger } from './ledger.js'
import { measureFile, UnfitFile } from './measure-file.js'
import type { RawPath } from './raw-path.js'

/** What is known of the folder: all that measuring and hashing need, so that any process may do it. */
export interface Place {
  readonly root: RawPath
  /** Larger files are refused, in bytes. */
  readonly maxSize: number
}

/** Where the answer comes together. */
export interface Books {
  readonly catalogue: Catalogue
  readonly ledger: Ledger
}

/** Looks a file up, and passes it on with its size. */
export const stat = action({
  name: 'stat',
  input: FoundFile,
  handle: async (job: Job<FoundFile, undefined, Place>) =>
    job.send('hash', await measureFile(job.services.root, job.input.path, job.services.maxSize)),
})

/** Reads a file into the buffer that its worker owns, and passes it on with its SHA-256. */
export const hash = action({
  name: 'hash',
  input: MeasuredFile,
  handle: async (job: Job<MeasuredFile, Buffer, Place>) =>
    job.send('collect', await hashFile(job.services.root, job.input, job.worker, job.signal)),
})

/** Puts a file to those of the same content. A message may come twice: a file that has ended is not open any more. */
export const collect = action({
  name: 'collect',
  input: HashedFile,
  handle: ({ input, services: { catalogue, ledger } }: Job<HashedFile, undefined, Books>) => {
    if (!ledger.has(input.path)) return
    catalogue.add(input)
    ledger.end(input.path)
  },
})

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Trouble with one file, which says nothing against the worker that met it. */
export const isFileTrouble = (error: unknown): boolean => error instanceof UnfitFile || error instanceof ChangedFile || typeof codeOf(error) === 'string'

const PASSING: readonly unknown[] = ['EAGAIN', 'EBUSY', 'EMFILE', 'ENFILE', 'EINTR']

/** Trouble that may be over when the file is tried again. */
export const mayPass = (error: unknown): boolean => error instanceof ChangedFile || PASSING.includes(codeOf(error))
