import { isRight } from '../../core/either.js'
import type { Message } from '../../core/message.js'
import { decodeMessage, type WireLimits } from '../../core/wire.js'
import type { DeadLetter, DeadLetterFilter } from '../bus.js'
import { deadLetterOf, original } from '../dead-letter.js'
import type { KafkaClient, KafkaRecord, KafkaSend } from './kafka-client.js'

export interface KafkaReplay {
  readonly client: KafkaClient
  readonly send: (records: readonly KafkaSend[]) => Promise<void>
  readonly topic: string
  /** The names at the broker. */
  readonly deadName: string
  readonly groupId: string
  readonly filter: DeadLetterFilter
  readonly limits: WireLimits
  readonly encode: (message: Message) => KafkaSend
}

interface Letter {
  readonly record: KafkaRecord
  readonly dead: DeadLetter
  readonly message: Message
}

/**
 * Sends dead letters back, oldest first, as a consumer group of its own remembers which. Those that the filter does not
 * pass are put at the end of their topic again, since a group remembers no more than a position.
 */
export const replayDead = async (replay: KafkaReplay): Promise<number> => {
  const { client, deadName, groupId, filter, encode } = replay
  const bounds = await client.bounds(deadName, groupId)
  const open = bounds.filter(({ position, high }) => high > position)
  if (open.length === 0) return 0
  const reader = await read(replay, new Map(open.map(({ partition, high }) => [partition, high])))
  try {
    const letters = reader.records.flatMap((record) => letterOf(replay, record)).toSorted((a, b) => a.dead.lastAtMs - b.dead.lastAtMs)
    const passed = letters.filter(({ dead }) => filter(dead))
    const kept = letters.filter((letter) => !passed.includes(letter))
    const sends = [...passed.map(({ message }) => encode(message)), ...kept.map(({ record: { value } }) => ({ topic: deadName, key: deadName, value: value ?? new Uint8Array() }))]
    if (sends.length > 0) await replay.send(sends)
    await reader.done()
    return passed.length
  } finally {
    await reader.close()
  }
}

const letterOf = ({ topic, limits }: KafkaReplay, record: KafkaRecord): readonly Letter[] => {
  const decoded = record.value === null ? undefined : decodeMessage(record.value, limits)
  const dead = decoded !== undefined && isRight(decoded) ? deadLetterOf(decoded.right) : undefined
  const message = dead && original(dead, topic)
  return dead === undefined || message === undefined ? [] : [{ record, dead, message }]
}

interface Reader {
  readonly records: readonly KafkaRecord[]
  /** All that was read is settled. */
  done(): Promise<void>
  close(): Promise<void>
}

/** Everything up to these offsets that the group has not settled. */
const read = async ({ client, deadName, groupId }: KafkaReplay, ends: ReadonlyMap<number, bigint>): Promise<Reader> => {
  const records: KafkaRecord[] = []
  const open = new Set(ends.keys())
  let finish: () => void = () => undefined
  const all = new Promise<void>((resolve) => {
    finish = resolve
  })
  const reached = (partition: number, next: bigint): void => {
    if (next >= (ends.get(partition) ?? 0n)) open.delete(partition)
    if (open.size === 0) finish()
  }
  const consumption = await client.consume({
    topic: deadName,
    groupId,
    from: 'earliest',
    onAssigned: () => undefined,
    onBroken: () => undefined,
    onRecords: (found) => {
      for (const record of found) {
        if (record.offset < (ends.get(record.partition) ?? 0n)) records.push(record)
        reached(record.partition, record.offset + 1n)
      }
    },
  })
  await all
  return {
    records,
    done: () => consumption.commit([...ends].map(([partition, offset]) => ({ partition, offset }))),
    close: () => consumption.close(),
  }
}
