/** Finds what could not be encoded, and says where. Walked only after a failure: the encoder itself carries no path. */
import { DateTime, Extension, Float, isBytes, isMap, mapEntries, type Value } from '../../kernel/std/value.js';
import { EncodeError } from './errors.js';

const PATH_CHARS_MAX = 120;
const NAME = /^[\p{L}\p{N}_-]+$/u;

/** The error for the first offender, in the order of encoding. */
export function findUnencodable(value: Value, depthMax: number): EncodeError {
  return find(value, '', depthMax) ?? new EncodeError('codec.unencodable', '', 'it changed while it was encoded');
}

function find(value: unknown, path: string, depthLeft: number): EncodeError | undefined {
  const why = reason(value);
  if (why !== undefined) return new EncodeError('codec.unencodable', shorten(path), why);
  if (!Array.isArray(value) && !isMap(value)) return undefined;
  if (depthLeft <= 0) return new EncodeError('codec.too_deep', shorten(path), 'it is nested too deeply');
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const found = find(value[at], `${path}[${at}]`, depthLeft - 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const [key, inner] of mapEntries(value)) {
    const place = step(path, key);
    if (Array.isArray(key) || isMap(key)) return new EncodeError('codec.unencodable', shorten(place), 'its key is a list or map');
    const found = find(key, place, 0) ?? find(inner, place, depthLeft - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a value has no msgpack form by itself; undefined when it has. */
function reason(value: unknown): string | undefined {
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return undefined;
  if (typeof value !== 'object') return `${typeof value} has no msgpack form`;
  if (value instanceof Extension) {
    return Number.isInteger(value.code) && value.code >= -0x80 && value.code <= 0x7f ? undefined : 'its extension code is out of range';
  }
  if (Array.isArray(value) || isMap(value) || isBytes(value) || value instanceof Float || value instanceof DateTime) return undefined;
  return `an object of class ${className(value)} has no msgpack form`;
}

function className(value: object): string {
  const made: unknown = Reflect.get(value, 'constructor');
  return typeof made === 'function' && made.name !== '' ? made.name : 'unknown';
}

function step(path: string, key: Value): string {
  const name = typeof key === 'string' ? key : isBytes(key) ? '<bytes>' : Array.isArray(key) || isMap(key) ? '<key>' : String(key);
  if (!NAME.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

function shorten(path: string): string {
  return path.length > PATH_CHARS_MAX ? `${path.slice(0, PATH_CHARS_MAX)}...` : path;
}
