/** Between the values of the program and those of templates. */
import { hide, isHidden } from '../../../kernel/std/masked.js';
import { DateTime, Extension, Float, isBytes, isMap, mapEntries, mapFrom, mapGet, mapHas, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { setOf, tupleOf } from '../../../kernel/std/sequences.js';
import { type Data, isSet, isTuple, rawSet, Thing, tuple } from './data.js';
import { Dict } from './dict.js';
import { typeError } from './errors.js';
import { Markup } from './markup.js';
import { nameOfType } from './type-name.js';
import { Undefined } from './undefined.js';

/** What has been converted, so that a container that stands in two places stays one. */
type Known = WeakMap<object, Data>;

/** A value for templates. Dicts are converted when they are looked into. `kind` names the outermost dict in error texts. */
export function dataOf(value: Value, kind?: string): Data {
  return convert(value, new WeakMap(), kind);
}

function convert(value: Value, known: Known, kind?: string): Data {
  if (typeof value !== 'object' || value === null || value instanceof Float) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const made = Array.isArray(value) ? list(value as Value[], known) : isMap(value) ? dict(value, known, kind) : value as Data;
  known.set(value, made);
  return made;
}

function list(value: readonly Value[], known: Known): Data[] {
  const items = Array.from(value, (item) => convert(item, known));
  if (isTuple(value as Data)) return tuple(items);
  return isSet(value as Data) ? rawSet(items) : items;
}

const sources = new WeakMap<Dict, ValueMap>();

function dict(value: ValueMap, known: Known, kind: string | undefined): Dict {
  const made = new Dict({
    ...(kind === undefined ? {} : { kind }),
    source: {
      get: (key) => {
        const item = mapGet(value, key);
        return item === undefined ? undefined : convert(item, known);
      },
      has: (key) => mapHas(value, key),
      fill: (self) => {
        for (const [key, item] of mapEntries(value)) self.set(convert(key, known), convert(item, known));
      },
    },
  });
  sources.set(made, value);
  return made;
}

export interface ValueOptions {
  /** Called for each map made of an `odict`, whose order dumpers keep. */
  readonly onOrdered?: (map: ValueMap) => void;
  /** Called for text that is marked as safe, which not everything takes for text. */
  readonly onMarkup?: (text: Markup) => void;
}

/**
 * A value for the program. Text that is marked as safe is plain text there.
 * @throws TemplateError for undefined values, PythonError for objects that only templates have
 */
export function valueOf(data: Data, options: ValueOptions = {}): Value {
  return toValue(data, new Map(), options);
}

function toValue(data: Data, known: Map<object, Value>, options: ValueOptions): Value {
  if (typeof data !== 'object' || data === null || data instanceof Float || isBytes(data)) return data;
  if (data instanceof Markup) {
    options.onMarkup?.(data);
    return data.value;
  }
  if (data instanceof DateTime || data instanceof Extension) return data;
  const before = known.get(data);
  if (before !== undefined) return before;
  if (Array.isArray(data)) return listValue(data, known, options);
  if (data instanceof Dict) return mapValue(data, known, options);
  if (data instanceof Undefined) return data.fail();
  if (data.iterate !== undefined) return Array.from(data.iterate(), (item) => toValue(item, known, options));
  throw typeError(`Object of type ${nameOfType(data)} is not a plain value`);
}

function listValue(data: Data[], known: Map<object, Value>, options: ValueOptions): Value {
  const items: Value[] = isTuple(data) ? tupleOf([]) : isSet(data) ? setOf([]) : [];
  known.set(data, items);
  for (const item of data) items.push(toValue(item, known, options));
  return items;
}

function mapValue(data: Dict, known: Map<object, Value>, options: ValueOptions): Value {
  const source = sources.get(data);
  if (source !== undefined && data.untouched) return source;
  const made = mapFrom(Array.from(data.entries(), ([key, item]) => [toValue(key, known, options), toValue(item, known, options)] as const));
  known.set(data, made);
  if (data.ordered) options.onOrdered?.(made);
  return source !== undefined && isHidden(source) ? hide(made) : made;
}

/** True for everything that is not a value of the program but lives in templates only. */
export function isTemplateOnly(data: Data): data is Thing {
  return data instanceof Thing && !(data instanceof Dict) && !(data instanceof Markup);
}
