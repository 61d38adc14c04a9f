import { loadPiscina, type PiscinaModule } from './load-piscina.js'
import { moved, type TransferList } from './transfer-list.js'

/**
 * For what a function returns from a thread: the parts in `transfer` are moved to the main thread instead of copied. The
 * value stays what it is, so the function may as well be called outside of a thread, where this does nothing.
 *
 * ```ts
 * export const blurred = ({ pixels }: Picture) => {
 *   const result = blur(pixels)
 *   return move({ pixels: result }, [result.buffer])
 * }
 * ```
 *
 * @throws {PiscinaMissingError} When piscina cannot be loaded.
 */
export const move = <T extends object>(value: T, transfer: TransferList): T => {
  const piscina = loadPiscina()
  // Not enumerable: the marks are for piscina, and whoever copies or compares the value does not see them.
  Object.defineProperty(value, piscina.transferableSymbol, { value: moved(transfer), configurable: true })
  Object.defineProperty(value, piscina.valueSymbol, { value, configurable: true })
  if (isMarked(value, piscina)) piscina.move(value)
  return value
}

type Movable = Parameters<PiscinaModule['move']>[0]

const isMarked = (value: object, { transferableSymbol, valueSymbol }: PiscinaModule): value is Movable & object =>
  transferableSymbol in value && valueSymbol in value
