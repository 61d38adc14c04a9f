import { createHash } from 'node:crypto'
import type { RedisCommand } from './redis-connection.js'

/** A program that the server runs as one step. */
export interface RedisScript {
  readonly text: string
  readonly sha: string
}

export const redisScript = (text: string): RedisScript => ({ text, sha: createHash('sha1').update(text).digest('hex') })

/** What sends commands. */
export interface Sender {
  send(command: RedisCommand): Promise<unknown>
}

/** By its hash, and by its text where the server does not know it yet. */
export const runScript = (link: Sender, { text, sha }: RedisScript, keys: readonly string[], parameters: readonly string[]): Promise<unknown> => {
  const rest = [String(keys.length), ...keys, ...parameters]
  return link.send(['EVALSHA', sha, ...rest]).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return link.send(['EVAL', text, ...rest])
    throw error
  })
}
