import type { Contender, Contenders } from './contender.js'

interface Module {
  readonly contenders: Contenders
}

/** Ours is built with the rest; a peer's file is built beside the peers, where their packages are found. */
const OURS = ['floor', 'operators', 'groups', 'bus']
const PEERS = ['queues', 'callbacks', 'effects', 'streams', 'pools']

export const PEERS_FOLDER = new URL('../../bench/', import.meta.url)

const load = async (url: URL): Promise<Contenders> => {
  const { contenders }: Module = await import(url.href)
  return contenders
}

/** Looks in one file after the other, so that a round of ours loads no peer. */
export const contenderNamed = async (name: string): Promise<Contender> => {
  const files = [...OURS.map((file) => new URL(`contenders/${file}.js`, import.meta.url)), ...PEERS.map((file) => new URL(`build/peers/${file}.js`, PEERS_FOLDER))]
  for (const file of files) {
    // eslint-disable-next-line no-await-in-loop -- most are found in the first ones
    const found = (await load(file))[name]
    if (found !== undefined) return found
  }
  throw new Error(`no contender is called '${name}'`)
}
