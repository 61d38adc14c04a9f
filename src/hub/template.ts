import type { Action } from '../core/action.js'
import { anything, checkOptions, having, nonEmptyString } from '../core/options.js'
import type { TypedAction } from './action.js'
import { type Children, childrenCodec, CONSUMER_GROUP, type HubGroupOptions, type OrCreator } from './hub-options.js'

/** What the options of a template's group are once its types are settled: whatever they say, the group checks it. */
export interface UntypedOptions extends Omit<HubGroupOptions, 'action' | 'worker' | 'key' | 'onEscalation'> {
  readonly action?: unknown
  readonly worker?: unknown
  readonly key?: unknown
  readonly onEscalation?: unknown
}

/** How a group is made when the first message comes to a topic. */
export interface Template<P = unknown, O = unknown, S = unknown> {
  readonly name: string
  readonly topic: string
  /** The consumer group; `false` for none. */
  readonly group: string | false
  readonly action: Action<unknown, unknown, unknown, S>
  readonly options: OrCreator<UntypedOptions>
  readonly children: Children<S>
  /** For the compiler only; never there. */
  readonly types?: { readonly payload: P; readonly result: O } | undefined
}

export interface TemplateOptions<P, I, O, W, S> {
  /** The name it is registered under; not empty. */
  readonly name: string
  /** Where its messages come from; default its name. */
  readonly topic?: string | undefined
  /** The consumer group: processes in one share the messages; `false`, each gets all of them. Default its name. */
  readonly group?: string | false | undefined
  readonly action: TypedAction<P, I, O, W, S>
  /** Of the group, or a function that makes them of those that the hub proposes. */
  readonly options?: OrCreator<Omit<HubGroupOptions<I, O, W, S>, 'action' | 'consumerGroup'>> | undefined
  readonly children?: Children<S> | undefined
}

/**
 * A group that is made when its first message comes, and anew after it has died. An action registered as it is, is a
 * template whose topic and consumer group are its name.
 *
 * @throws {OptionsError} When a name is empty or an option is of another kind.
 */
export function template<P, I, O, W = unknown, S = unknown>(options: TemplateOptions<P, I, O, W, S>): Template<P, O, S>
export function template(given: Given): Template {
  checkOptions('template', { ...CODECS, children: childrenCodec(given.children) }, given, undefined, ['name', 'action'])
  const { name, topic = name, group = name, action, options = NONE, children = NONE } = given
  return { name, topic, group, action, options, children }
}

/** One for all of them that say nothing. */
const NONE = {}

type Given = Pick<Template, 'name' | 'action'> & { readonly [Part in keyof Template]?: Template[Part] | undefined }

const CODECS = {
  name: nonEmptyString,
  topic: nonEmptyString,
  group: CONSUMER_GROUP,
  action: having('an action: an object with decode and handle', 'decode', 'handle'),
  options: anything,
}
