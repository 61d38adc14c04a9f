/** One record to be sent. Records of one key go to one partition; those without, of one call and topic, stay together. */
export interface KafkaSend {
  readonly topic: string
  readonly key?: string | undefined
  readonly value: Uint8Array
}

export interface KafkaRecord {
  readonly partition: number
  readonly offset: bigint
  /** None for what compaction calls a tombstone. */
  readonly value: Uint8Array | null
}

export interface KafkaPosition {
  readonly partition: number
  /** The first offset that is not settled. */
  readonly offset: bigint
}

export interface ConsumeOptions {
  readonly topic: string
  readonly groupId: string
  /** Where a group begins that has committed nothing. */
  readonly from: 'earliest' | 'latest'
  readonly onRecords: (records: readonly KafkaRecord[]) => void
  /** The partitions it has from now on; told at each rebalance, before records of them. */
  readonly onAssigned: (partitions: readonly number[]) => void
  /** It broke and begins anew by itself, or, with `fatal`, does not. */
  readonly onBroken: (error: unknown, fatal: boolean) => void
}

export interface KafkaConsumption {
  /** Resolves once it is a member and knows its position. */
  readonly ready: Promise<void>
  pause(): void
  resume(): void
  commit(positions: readonly KafkaPosition[]): Promise<void>
  /** Leaves the group. */
  close(): Promise<void>
}

/** What a bus needs of a client for Kafka. */
export interface KafkaClient {
  connect(): Promise<void>
  /** Resolves once all are confirmed by every replica that is in step. */
  send(records: readonly KafkaSend[]): Promise<void>
  consume(options: ConsumeOptions): Promise<KafkaConsumption>
  /** Per partition, where a group would go on, and the offset after the last there is. */
  bounds(topic: string, groupId: string): Promise<readonly { readonly partition: number; readonly position: bigint; readonly high: bigint }[]>
  close(): Promise<void>
}
