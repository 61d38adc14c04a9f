const MAX_BYTES = 255

/** What stands for topics and groups on the server. Topics and groups are percent-encoded, so no two names can meet. */
export interface Names {
  /** The exchange that messages of a topic are published to: fanout. */
  topic(topic: string): string
  /** The exchange behind it that the queues of groups are bound to; what has no group goes on to `kept`. */
  groups(topic: string): string
  /** The exchange and the queue of what was published while no group was bound. */
  kept(topic: string): string
  /** The queue that the members of a group share. */
  group(topic: string, group: string): string
  /** Whoever holds this may move what was kept to the first group. */
  lock(topic: string): string
}

/** Throws an error that names the topic when a name would be longer than AMQP's 255 bytes. */
export const namesOf = (prefix: string): Names => {
  const name = (kind: string, ...parts: readonly string[]): string => {
    const whole = `${prefix}${[kind, ...parts.map(encodeURIComponent)].join(':')}`
    if (whole.length > MAX_BYTES) throw new Error(`rabbitmqBus: the topic '${parts.join(`' and the group '`)}' should give a name of at most ${MAX_BYTES} bytes, but it has ${whole.length}`)
    return whole
  }
  return {
    topic: (topic) => name('topic', topic),
    groups: (topic) => name('groups', topic),
    kept: (topic) => name('kept', topic),
    group: (topic, group) => name('group', topic, group),
    lock: (topic) => name('lock', topic),
  }
}

/** The queue in which retries of another wait whose delays are up to so many ms. */
export const retryName = (queue: string, upToMs: number): string => `rxcrew.retry:${upToMs}:${queue}`

/**
 * Retries wait in a queue for their power of two: RabbitMQ lets a message out of a queue only when it is in front, so
 * one delay behind another waits at most twice as long as it was told.
 */
export const retryBucketMs = (afterMs: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, afterMs)))
