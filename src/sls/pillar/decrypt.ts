/**
 * `decrypt_pillar`: values under certain keys of the finished pillar that go through a renderer, mostly gpg.
 *
 * Source: read, Salt 3008.3.
 */
import { InvocationError } from '../../kernel/contract/errors.js';
import { asError } from '../../kernel/std/async.js';
import { traverse } from '../../kernel/std/traverse.js';
import { isMap, isTruthy, mapEntries, mapFrom, type Value, type ValueMap } from '../../kernel/std/value.js';
import type { Compilation } from './compilation.js';

export interface Decrypted {
  readonly pillar: ValueMap;
  readonly errors: readonly string[];
}

export async function decryptPillar(pillar: ValueMap, compilation: Compilation): Promise<Decrypted> {
  const { opts, log, request } = compilation;
  const wanted = opts['decrypt_pillar'] ?? null;
  if (!isTruthy(wanted)) return { pillar, errors: [] };
  const keys = keysOf(wanted);
  if (keys.length === 0) return { pillar, errors: ['decrypt_pillar config option is malformed'] };
  const delimiter = typeof opts['decrypt_pillar_delimiter'] === 'string' ? opts['decrypt_pillar_delimiter'] : ':';
  const errors: string[] = [];
  let result = pillar;
  for (const [key, renderer] of keys) {
    const value = traverse<undefined>(result, key, undefined, delimiter);
    if (value === undefined || value === null) continue;
    try {
      const opened = await open(value, isTruthy(renderer) ? String(renderer) : String(opts['decrypt_pillar_default'] ?? 'gpg'), compilation);
      result = replaced(result, key.split(delimiter), opened) as ValueMap;
    } catch (error) {
      const { message } = asError(error);
      log.error({ minion: request.id, key }, `pillar key cannot be decrypted: ${message}`);
      errors.push(`Failed to decrypt pillar key '${key}': ${message}`);
    }
  }
  return { pillar: result, errors };
}

/** `{key: renderer}`, or a list of keys and of such maps. */
function keysOf(wanted: Value): (readonly [string, Value])[] {
  if (isMap(wanted)) return mapEntries(wanted).map(([key, renderer]) => [String(key), renderer] as const);
  if (!Array.isArray(wanted)) return [];
  return (wanted as readonly Value[]).flatMap((item) => (isMap(item) ? keysOf(item) : [[String(item), null] as const]));
}

async function open(value: Value, renderer: string, { opts, rendererFor, inputs }: Compilation): Promise<Value> {
  const option = opts['decrypt_pillar_renderers'];
  const allowed = Array.isArray(option) ? (option as readonly Value[]).map(String) : ['gpg'];
  if (allowed.length > 0 && !allowed.includes(renderer)) {
    throw new InvocationError(`'${renderer}' is not a valid decryption renderer. Valid choices are: ${allowed.join(', ')}`);
  }
  inputs.fleeting('decrypt_pillar');
  return (await rendererFor({})).renderData(value, renderer);
}

/** The same data with another value at a path. */
function replaced(data: Value, [part, ...rest]: readonly string[], value: Value): Value {
  if (part === undefined) return value;
  if (Array.isArray(data)) {
    const items = data as readonly Value[];
    const index = Number(part);
    return items.map((item, at) => (at === (index < 0 ? items.length + index : index) ? replaced(item, rest, value) : item));
  }
  if (!isMap(data)) return data;
  return mapFrom(mapEntries(data).map(([key, item]) => [key, String(key) === part ? replaced(item, rest, value) : item] as const));
}
