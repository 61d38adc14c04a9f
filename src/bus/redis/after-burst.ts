import { nextTick } from 'node:process'

/** Once everything that is ready to run in this turn has run: whatever it adds can then go out together. */
export const afterBurst = (run: () => void): void => {
  queueMicrotask(() => nextTick(run))
}
