import { throwError } from 'rxjs'

/** Calls a user's function; what it throws is reported as RxJS reports a throwing observer, and changes nothing here. */
export const callSafely = (call: () => void): void => {
  try {
    call()
  } catch (error) {
    throwError(() => error).subscribe()
  }
}

/** The reason of an abort, as the platform gives it. */
export const abortError = (text: string): DOMException => new DOMException(text, 'AbortError')
