import type { Option } from 'fp-ts/lib/Option.js'
import { fromNullable } from '../core/either.js'
import { map, type Observable, startWith, Subject } from 'rxjs'
import type { Action } from '../core/action.js'
import { check, checkOptions, either, having, nonEmptyString } from '../core/options.js'
import { OptionsError } from '../core/options-error.js'
import { template, type Template } from './template.js'

/** What may be registered: an action as it is, or a template of a group. */
export type Entry = Action<unknown, unknown, unknown, unknown> | Template

export type Entries = Readonly<Record<string, Entry>>

/** Templates by name: a snapshot that never changes. */
export type TemplateTable = Readonly<Record<string, Template>>

/** Actions by name: one registry that changes, so that a hub sees what is registered later. */
export interface Actions<R extends Entries = Entries> {
  /** Adds an entry and returns this same registry, which knows its type from then on. Throws `DuplicateActionError` if the name is taken. */
  register<N extends string, E extends Entry>(name: N, entry: E): Actions<R & Readonly<Record<N, E>>>
  has(name: string): boolean
  get(name: string): Option<Template>
  /** False if there was none. A group that runs goes on; none is made anew. */
  delete(name: string): boolean
  names(): readonly string[]
  /** The templates: now, and after each change. Each is a table made for this subscriber: with many entries, `changed$` costs less. */
  readonly table$: Observable<TemplateTable>
  /** The name of each entry that is registered or deleted from now on. */
  readonly changed$: Observable<string>
  /** For the compiler only; never there. */
  readonly types?: R | undefined
}

/** A name is unique: in a registry, and among the groups of a hub. */
export class DuplicateActionError extends Error {
  override readonly name = 'DuplicateActionError'

  constructor(action: string) {
    super(`there is an action of the name '${action}' already`)
  }
}

/**
 * A registry of actions and templates. An action as it is takes the name it is registered under; a template has its own,
 * which must be the same.
 *
 * @throws {OptionsError} When a name is empty, or an entry is neither an action nor a template.
 */
export const actions = <R extends Entries>(entries: R): Actions<R> => {
  const registry = new Registry<R>()
  for (const [name, entry] of Object.entries(entries)) registry.register(name, entry)
  return registry
}

class Registry<R extends Entries> implements Actions<R> {
  readonly #byName = new Map<string, Template>()
  readonly #changed$ = new Subject<string>()
  readonly changed$ = this.#changed$.asObservable()
  readonly table$ = this.#changed$.pipe(startWith(''), map(() => Object.fromEntries(this.#byName)))

  register<N extends string, E extends Entry>(name: N, entry: E): Actions<R & Readonly<Record<N, E>>>
  register(name: string, entry: Entry): unknown {
    checkOptions('actions', { name: nonEmptyString, entry: ENTRY }, { name, entry }, undefined, ['entry'])
    if (this.has(name)) throw new DuplicateActionError(name)
    this.#byName.set(name, templateOf(name, entry))
    this.#changed$.next(name)
    return this
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  get(name: string): Option<Template> {
    return fromNullable(this.#byName.get(name))
  }

  delete(name: string): boolean {
    const had = this.#byName.delete(name)
    if (had) this.#changed$.next(name)
    return had
  }

  names(): readonly string[] {
    return [...this.#byName.keys()]
  }
}

const ENTRY = either(
  having('an action', 'decode', 'handle'),
  check('a template, as template() makes it', (value): value is Template =>
    typeof value === 'object' && value !== null && 'name' in value && 'topic' in value && 'action' in value &&
    typeof value.name === 'string' && typeof value.topic === 'string' && typeof value.action === 'object' && value.action !== null),
)

const templateOf = (name: string, entry: Entry): Template => {
  if (!('action' in entry)) return template({ name, action: entry })
  if (entry.name === name) return entry
  throw new OptionsError('actions', [{ path: name, got: `a template of the name '${entry.name}'`, expected: 'registered under its own name' }])
}
