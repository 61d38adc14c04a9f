import { type Observable, Subject } from 'rxjs'
import type { Escalation } from '../supervision/escalation.js'

/** Where the escalations of all groups come together. */
export interface EscalationDesk {
  readonly escalations$: Observable<Escalation>
  readonly tell: (escalation: Escalation) => void
  close(): void
}

/** An escalation that nobody listens to is warned of, once for each kind of failure and protocol. */
export const escalationDesk = (warn: (text: string) => void): EscalationDesk => {
  const told$ = new Subject<Escalation>()
  const warned = new Set<string>()
  return {
    escalations$: told$.asObservable(),
    tell: (escalation) => {
      const { failure, protocol, group } = escalation
      const kind = `${protocol}, ${failure.type}`
      if (!told$.observed && !warned.has(kind)) {
        warned.add(kind)
        warn(`rxcrew: nobody listens to an escalation of '${group}' (${kind}): subscribe to the hub's escalations$, or give it onEscalation`)
      }
      told$.next(escalation)
    },
    close: () => told$.complete(),
  }
}

/** A warning of the process; where there is none (a browser), an error event. */
export const warnAloud = (text: string): void => {
  const host: unknown = Reflect.get(globalThis, 'process')
  if (typeof host === 'object' && host !== null && 'emitWarning' in host && typeof host.emitWarning === 'function') host.emitWarning(text)
  else {
    const report: unknown = Reflect.get(globalThis, 'reportError')
    if (typeof report === 'function') report(new Error(text))
  }
}
