import type { MessagePort } from 'node:worker_threads'

export function double(number: number): number
export function later(number: number): Promise<number>
export function nothing(): string
export function spin(spin: { readonly counter: SharedArrayBuffer; readonly ms: number }): number
export function forever(port: MessagePort): never
export function inNativeCode(call: { readonly port: MessagePort; readonly iterations: number }): number
export function fail(message: string): never
export function exit(code: number): never
export function exitSoon(): void
export function uncaught(message: string): Promise<never>
export function hoard(): never
export function notCloned(): () => number
export function sum(bytes: Uint8Array): number
export function bytesMoved(length: number): Uint8Array
export function lengthKept(): number
export function surroundings(): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly data: unknown; readonly seen: boolean }
export const constant: number
export function twoArguments(a: number, b: number): number
