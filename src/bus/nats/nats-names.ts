/**
 * Names of topics and groups as NATS allows them, in a way that can be undone: letters, digits, `-` and `_` stay, any
 * other UTF-16 unit becomes `=` and four hexadecimal digits. (Not `%`: the server puts names into formats of its own.)
 */
export const encodeName = (text: string): string => text.replaceAll(/[^\w-]/g, (unit) => `=${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

export const decodeName = (name: string): string => name.replaceAll(/=([\da-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

// A token of a subject may not be empty: this one can be nothing else, for no digits follow.
const EMPTY = '='

/** The subject of a topic: its dots stay, so that `orders.eu` is found where a user of NATS expects it. */
export const subjectOf = (prefix: string, topic: string): string =>
  [prefix, ...topic.split('.').map((token) => (token === '' ? EMPTY : encodeName(token)))].join('.')

/** The topic of such a subject; none if it has another prefix. */
export const topicOf = (prefix: string, subject: string): string | undefined =>
  subject.startsWith(`${prefix}.`)
    ? subject.slice(prefix.length + 1).split('.').map((token) => (token === EMPTY ? '' : decodeName(token))).join('.')
    : undefined

/** The stream that keeps the messages of a topic. */
export const streamOf = (prefix: string, topic: string): string => `${prefix}-${encodeName(topic)}`

/**
 * Tells one stream from another of the same name that was made later: consumers carry it in their names, so that a
 * settlement from before finds no consumer, instead of settling whatever has its number now.
 */
export const epochOf = (created: string): string => created.replaceAll(/\D/g, '')

const GROUP = 'group-'
const LISTENER = 'listener-'

/** The consumer that the members of a group share. */
export const groupConsumer = (group: string, created: string): string => `${GROUP}${encodeName(group)}-${epochOf(created)}`

/** The consumer of one listener without a group. */
export const listenerConsumer = (id: string, created: string): string => `${LISTENER}${encodeName(id)}-${epochOf(created)}`

/** Whether a consumer stands for a group: then what was published before it came is not for the next one. */
export const isGroupConsumer = (name: string): boolean => name.startsWith(GROUP)

/** The longest name that the server takes. */
export const MAX_NAME = 255
