import type { Outcome } from '../core/outcome.js'
import type { Item, Sink } from './item.js'
import { callSafely } from './report.js'
import type { Shell } from './shell.js'
import { cancelItem } from './source-items.js'
import { OutcomeError, type OfferOptions } from './worker-group-contract.js'

/** Resolves when the line has taken it. */
export const offer = (shell: Shell, input: unknown, options: OfferOptions = {}): Promise<void> =>
  new Promise((resolve, reject) => {
    enter(shell, input, options, sinkOf(safely(options.onOutcome)), () => resolve(), reject)
  })

/** Resolves to the value. */
export const submit = (shell: Shell, input: unknown, options: OfferOptions = {}): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const first = safely(options.onOutcome)
    const told = (outcome: Outcome): void => {
      first?.(outcome)
      conclude(outcome, resolve, reject)
    }
    enter(shell, input, options, sinkOf(told), () => undefined, reject)
  })

/** Waits for room, then puts it into the line. */
export const enter = (shell: Shell, input: unknown, options: OfferOptions, sink: Sink | undefined, taken: () => void, refuse: (error: unknown) => void): void => {
  shell.start()
  const { signal } = options
  if (options.waits === 'line') shell.books.lineCounts = true
  const admit = (): void => {
    try {
      const item = shell.books.accept(input, options, sink)
      if (signal !== undefined) withdrawOn(shell, item, signal)
      taken()
    } catch (error) {
      refuse(error)
    }
  }
  shell.books.intake.wait(admit, refuse, signal)
}

type Told = ((outcome: Outcome) => void) | undefined

const safely = (told: Told): Told => (told === undefined ? undefined : (outcome) => callSafely(() => told(outcome)))

const sinkOf = (onOutcome: Told): Sink | undefined =>
  onOutcome === undefined ? undefined : { onLeave: () => undefined, onOutcome }

/** The sender may take it back at any time; nobody listens to the signal once the item has ended. */
export const withdrawOn = (shell: Shell, item: Item, signal: AbortSignal): void => {
  const { own } = item
  own.signal = signal
  if (item.place === 'settled') return
  const aborted = (): void => cancelItem(shell, item, 'withdrawn by its sender')
  signal.addEventListener('abort', aborted, { once: true })
  const before = own.teardown
  own.teardown = () => {
    signal.removeEventListener('abort', aborted)
    before?.()
  }
}

const conclude = (outcome: Outcome, resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
  if (outcome.type === 'completed') resolve(outcome.value)
  else reject(outcome.type === 'failed' ? outcome.failure.error : new OutcomeError(outcome))
}
