/**
 * The first two stages of a state run: high data (what the SLS files say) and low chunks (what is called).
 * High data is read from values that users wrote, so that every part may have another form than wanted: `verify` says so.
 *
 * Source: state-system, sections 1 and 2.
 */
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';

/** What stands below an id: `__sls__`, `__env__`, `__sls_included_from__`, and argument lists by state module. */
export type Body = Map<Value, Value>;

/** One entry of `extend`. */
export interface Extension {
  readonly id: Value;
  /** Undefined when the body is no map. */
  readonly body: Body | undefined;
}

export interface HighData {
  readonly ids: Map<Value, Body | Value>;
  readonly extensions: Extension[];
  readonly excludes: Value[];
}

/** `{state, name, __sls__, __env__, __id__, ...arguments, order, fun}`. */
export type LowChunk = PlainMap;

/** Requisites as chunks carry them, in the order of their weight. Source: state-system, section 2. */
export const REQUISITES = [
  'onfail', 'onfail_any', 'onfail_all', 'require', 'require_any', 'onchanges', 'onchanges_any', 'watch', 'watch_any', 'prereq', 'prerequired', 'listen',
] as const;
export type Requisite = typeof REQUISITES[number];

/** Arguments that must be lists of requisites. */
export const REQUISITE_WORDS: ReadonlySet<Value> = new Set<Value>([...REQUISITES, 'onfail_stop']);

export function emptyHigh(): HighData {
  return { ids: new Map(), extensions: [], excludes: [] };
}

export const isBody = (value: Body | Value | undefined): value is Body => value instanceof Map;

/** A body that may be changed without changing the value it came from. */
export function bodyOf(map: ValueMap): Body {
  return new Map(mapEntries(map).map(([key, value]) => [key, Array.isArray(value) ? [...value as Value[]] : value]));
}

/** `__sls__` and its sisters are not state modules. */
export const isHidden = (key: Value): boolean => typeof key === 'string' && key.startsWith('__');

/** State modules below an id with their argument lists, or whatever stands in their place. */
export function statesOf(body: Body): [string, Value][] {
  const states: [string, Value][] = [];
  for (const [key, value] of body) if (!isHidden(key)) states.push([str(key), value]);
  return states;
}

/** High data as `state.high` and a kept highstate give it. */
export function readHigh(value: ValueMap): HighData {
  const high = emptyHigh();
  for (const [id, body] of mapEntries(value)) {
    if (id === '__extend__') high.extensions.push(...extensionsOf(body));
    else if (id === '__exclude__') high.excludes.push(...Array.isArray(body) ? body as Value[] : []);
    else high.ids.set(id, isMap(body) ? bodyOf(body) : body);
  }
  return high;
}

function extensionsOf(list: Value): Extension[] {
  const parts = Array.isArray(list) ? (list as Value[]).filter(isMap) : [];
  return parts.flatMap((part) => mapEntries(part).map(([id, body]) => ({ id, body: isMap(body) ? bodyOf(body) : undefined })));
}

/** High data as Salt shows it. */
export function showHigh({ ids, extensions, excludes }: HighData): ValueMap {
  const entries: [Value, Value][] = [...ids].map(([id, body]) => [id, isBody(body) ? mapFrom(body) : body]);
  if (extensions.length > 0) entries.push(['__extend__', extensions.map(({ id, body }) => mapFrom([[id, body === undefined ? null : mapFrom(body)]]))]);
  if (excludes.length > 0) entries.push(['__exclude__', excludes]);
  return mapFrom(entries);
}

/** The first key of a map: of an argument, its name. */
export function firstKey(map: ValueMap): Value | undefined {
  if (map instanceof Map) return map.keys().next().value;
  for (const key in map) return key;
  return undefined;
}

/** The first entry of a map. */
export function firstEntry(map: ValueMap): [Value, Value] | undefined {
  const key = firstKey(map);
  if (key === undefined) return undefined;
  return [key, (map instanceof Map ? map.get(key) : map[key as string]) ?? null];
}

/** The key of a chunk in the return. Ids may contain the separator: nobody takes a tag apart. */
export function tagOf(low: LowChunk): string {
  return `${text(low['state'])}_|-${text(low['__id__'])}_|-${text(low['name'])}_|-${text(low['fun'])}`;
}

/** As Python puts a value into a text. */
export const text = (value: Value | undefined): string => (typeof value === 'string' ? value : str(value ?? null));
