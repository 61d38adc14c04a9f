import type { Either } from 'fp-ts/lib/Either.js'
import { left, right } from './either.js'
import { isHostile } from './json-copy.js'

/** Whether the text takes more bytes than allowed as UTF-8; encodes it only when its length leaves that open. */
export const exceeds = (text: string, maxBytes: number): boolean =>
  text.length > maxBytes || (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes)

/** What untrusted text or bytes say, without the keys that could reach a prototype; or why they say nothing. Never throws. */
export const parseJson = (raw: string | Uint8Array, maxBytes: number, maxDepth: number): Either<string, unknown> => {
  if (typeof raw === 'string' ? exceeds(raw, maxBytes) : raw.length > maxBytes) {
    return left(`the message should be at most ${maxBytes} bytes, but is ${typeof raw === 'string' ? 'longer' : raw.length}`)
  }
  try {
    const text = typeof raw === 'string' ? raw : new TextDecoder('utf-8', { fatal: true }).decode(raw)
    return nestedBeyond(text, maxDepth)
      ? left(`the message should be nested at most ${maxDepth} deep, but is deeper`)
      : right(JSON.parse(text, isSuspect(text) ? withoutHostileKeys : undefined))
  } catch (error) {
    const got = error instanceof SyntaxError ? error.message : 'not UTF-8'
    return left(`the message should be JSON in UTF-8, but: ${got}`)
  }
}

// A reviver makes parsing many times slower, so it is used only where such a key may be; escapes may hide one.
const SUSPECT: readonly string[] = ['__proto__', 'constructor', 'prototype', '\\u']

// Word by word: a pattern of all of them looks at every character, which takes as long as the parsing.
const isSuspect = (text: string): boolean => SUSPECT.some((word) => text.includes(word))

const withoutHostileKeys = (key: string, value: unknown): unknown => (isHostile(key) ? undefined : value)

// Before parsing and without a stack: what nests a million deep must not get as far as a reviver or a codec.
const nestedBeyond = (text: string, maxDepth: number): boolean => opensBeyond(text, maxDepth) && isNestedBeyond(text, maxDepth)

// Most messages have fewer braces, in strings or not, than may be nested: then nothing has to be looked at in order.
const opensBeyond = (text: string, maxDepth: number): boolean => {
  let opened = 0
  for (const brace of ['{', '[']) {
    for (let at = text.indexOf(brace); at !== -1 && opened <= maxDepth; at = text.indexOf(brace, at + 1)) opened += 1
  }
  return opened > maxDepth
}

const isNestedBeyond = (text: string, maxDepth: number): boolean => {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        break
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth += 1
        if (depth > maxDepth) return true
        break
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth -= 1
        break
      default:
    }
  }
  return false
}

const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before -= 1
    if ((end - before) % 2 === 1) return end
  }
  return text.length
}

const QUOTE = 34
const BACKSLASH = 92
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

const SHOWN = 1_024

/** As much of what came as is fit to show: at most 1,024 characters. */
export const excerpt = (raw: string | Uint8Array): string =>
  (typeof raw === 'string' ? raw : new TextDecoder().decode(raw.subarray(0, SHOWN * 4))).slice(0, SHOWN)
