/** Values as text and back, by Salt's names of serializers. Source: observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { asError } from '../../../kernel/std/async.js';
import { reprFloat, str } from '../../../kernel/std/python-text.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { Float, isBytes, isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { dumpYaml } from '../../../kernel/yaml/dump.js';
import { loadYaml } from '../../../kernel/yaml/load.js';
import { readConfig, writeConfig } from './config-parser.js';

interface Serializer {
  serialize(value: Value, options: PlainMap, ctx: Context): Value | Promise<Value>;
  deserialize(text: Value, ctx: Context): Value | Promise<Value>;
}

/** As Python's `json.dumps` writes it. */
function jsonText(value: Value, options: PlainMap, depth = 0): string {
  const indent = options['indent'] === null || options['indent'] === undefined ? undefined : ' '.repeat(Number(options['indent']));
  const [between, colon] = separators(options, indent !== undefined);
  const inner = (item: Value): string => jsonText(item, options, depth + 1);
  const wrap = (open: string, parts: readonly string[], close: string): string => {
    if (parts.length === 0) return open + close;
    if (indent === undefined) return open + parts.join(between) + close;
    return `${open}\n${parts.map((part) => indent.repeat(depth + 1) + part).join(`${between}\n`)}\n${indent.repeat(depth)}${close}`;
  };
  if (value instanceof Float) return reprFloat(value.value);
  if (typeof value === 'number') return Number.isFinite(value) ? str(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return quoted(JSON.stringify(value), options);
  if (Array.isArray(value)) return wrap('[', (value as readonly Value[]).map(inner), ']');
  if (!isMap(value)) throw new PythonError('salt.serializers.SerializationError', `Object of type ${isBytes(value) ? 'bytes' : 'object'} is not JSON serializable`);
  const entries = mapEntries(value).map(([key, item]) => [typeof key === 'string' ? key : jsonText(key, {}), item] as const);
  if (isTruthy(options['sort_keys'] ?? false)) entries.sort(([a], [b]) => compareText(a, b));
  return wrap('{', entries.map(([key, item]) => `${quoted(JSON.stringify(key), options)}${colon}${inner(item)}`), '}');
}

function separators({ separators: given = null }: PlainMap, isIndented: boolean): readonly [between: string, colon: string] {
  if (!Array.isArray(given)) return [isIndented ? ',' : ', ', ': '];
  const [between = ', ', colon = ': '] = given as readonly Value[];
  return [str(between), str(colon)];
}

const quoted = (text: string, options: PlainMap): string => (isTruthy(options['ensure_ascii'] ?? false)
  ? text.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`) : text);

/** Whole numbers with a point stay floats. */
function readJson(text: string): Value {
  const read = (value: unknown): Value => {
    if (Array.isArray(value)) return value.map(read);
    if (value !== null && typeof value === 'object') return mapFrom(Object.entries(value).map(([key, item]) => [key, read(item)]));
    return value as Value;
  };
  return read(JSON.parse(text));
}

const deserializationError = (err: unknown): PythonError => new PythonError('salt.serializers.DeserializationError', asError(err).message, err);

const json: Serializer = {
  serialize: (value, options) => jsonText(value, options),
  deserialize: (text) => {
    try {
      return readJson(str(text));
    } catch (err) {
      throw deserializationError(err);
    }
  },
};

const yaml: Serializer = {
  serialize: (value, options) => {
    const flow = options['default_flow_style'];
    const text = dumpYaml(value, { flowStyle: typeof flow === 'boolean' ? flow : 'leaves', sortKeys: options['sort_keys'] !== false, ascii: !isTruthy(options['allow_unicode'] ?? false), ...(typeof options['indent'] === 'number' ? { indent: options['indent'] } : {}) });
    return text.replace(/\n\.\.\.\n$/, '').replace(/\n$/, '');
  },
  deserialize: (text) => {
    try {
      return loadYaml(str(text));
    } catch (err) {
      throw deserializationError(err);
    }
  },
};

const msgpack: Serializer = {
  serialize: async (value, _options, ctx) => ctx.port('pack').pack(value),
  deserialize: async (bytes, ctx) => {
    if (!isBytes(bytes)) throw new PythonError('salt.serializers.DeserializationError', "a bytes-like object is required, not 'str'");
    return ctx.port('pack').unpack(bytes);
  },
};

const textOf = (value: Value): string => (isBytes(value) ? Buffer.from(value).toString('utf8') : str(value));

/** Read by the renderer of the same name. A line break before it: a first line `#!...` is nothing special here. */
async function rendered(text: Value, renderer: string, ctx: Context): Promise<Value> {
  try {
    return await ctx.port('render').pipe(`\n${textOf(text)}`, { saltenv: 'base', variables: {}, renderer });
  } catch (err) {
    throw deserializationError(err);
  }
}

const yamlex: Serializer = { serialize: yaml.serialize, deserialize: (text, ctx) => rendered(text, 'yamlex', ctx) };

const configparser: Serializer = { serialize: (value) => writeConfig(value), deserialize: (text) => readConfig(textOf(text)) };

/** Salt has this one where Python's library `toml` is. */
const toml: Serializer = {
  serialize: async (value) => {
    const { stringify } = await import('smol-toml');
    try {
      return stringify(plainOf(value), { numbersAsFloat: true });
    } catch (err) {
      throw new PythonError('salt.serializers.SerializationError', asError(err).message, err);
    }
  },
  deserialize: (text, ctx) => rendered(text, 'toml', ctx),
};

function plainOf(value: Value): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return (value as readonly Value[]).map(plainOf);
  return isMap(value) ? Object.fromEntries(mapEntries(value).filter(([, item]) => item !== null).map(([key, item]) => [str(key), plainOf(item)])) : value;
}

const SERIALIZERS: Readonly<Record<string, Serializer>> = { json, yaml, yamlex, msgpack, configparser, toml };

/** @throws CommandExecutionError */
export function serializerOf(name: string): Serializer {
  const found = Object.hasOwn(SERIALIZERS, name) ? SERIALIZERS[name] : undefined;
  if (found === undefined) throw new CommandExecutionError(`Serializer '${name}' not found.`);
  return found;
}
