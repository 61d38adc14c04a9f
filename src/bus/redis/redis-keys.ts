/** The names of what one group of a topic has in Redis. */
export interface GroupKeys {
  /** The stream: what was published to the topic. */
  readonly stream: string
  /** A sorted set: ids of messages that wait for a retry, by the moment they are due. */
  readonly retry: string
  /** A stream whose entries wake one member that waits for messages. */
  readonly wake: string
  /** A set: consumers from which another has taken a message over, because its lease had ended. */
  readonly robbed: string
}

export const streamKey = (prefix: string, topic: string): string => `${prefix}${topic}`

/** The length of the topic keeps any two pairs apart, whatever is in their names. */
export const groupKeys = (prefix: string, topic: string, group: string): GroupKeys => ({
  stream: streamKey(prefix, topic),
  retry: `${prefix}~retry:${topic.length}:${topic}:${group}`,
  wake: `${prefix}~wake:${topic.length}:${topic}:${group}`,
  robbed: `${prefix}~robbed:${topic.length}:${topic}:${group}`,
})

/** Groups of listeners without a group begin so; they go when their listener does. */
export const OWN_GROUP = '~'

/** The field of an entry that holds the message as JSON. */
export const FIELD = 'm'
