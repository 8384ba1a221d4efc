/**
 * Reads and writes `sdb://profile/key` through the plugin that the profile names.
 *
 * Source: read, Salt 3008.3 `salt.utils.sdb`.
 */
import { randomInt } from 'node:crypto';
import type { Context } from '../contract/context.js';
import { InvocationError, PythonError } from '../contract/errors.js';
import type { SdbPort } from '../contract/ports.js';
import type { SdbPlugin } from '../contract/sdb.js';
import { repr } from '../std/python-text.js';
import { isMap, mapEntries, mapFrom, mapGet, type PlainMap, type Value } from '../std/value.js';

const SCHEME = 'sdb://';
const LENGTH_MAX = 4096;

export interface SdbParts {
  readonly load: (driver: string) => Promise<SdbPlugin | undefined>;
  readonly context: (driver: string) => Context;
}

interface Place {
  readonly driver: string;
  readonly key: string;
  readonly profile: PlainMap;
}

export function sdbPort({ load, context }: SdbParts): SdbPort {
  const use = async (place: Place, method: 'get' | 'set' | 'delete', ...args: Value[]): Promise<Value> => {
    const plugin = await load(place.driver);
    const run = plugin?.[method] as ((...all: unknown[]) => Value | Promise<Value>) | undefined;
    // As a name that the loader does not have.
    if (run === undefined) throw new PythonError('KeyError', repr(`${place.driver}.${method}`));
    return run.call(plugin, place.key, ...args, place.profile, context(place.driver));
  };
  const get = async (uri: Value, strict: boolean): Promise<Value> => {
    const place = placeOf(uri, context(''));
    if (typeof place === 'object') return use(place, 'get');
    if (strict) throw new InvocationError(place);
    return uri;
  };
  const set = async (uri: Value, value: Value): Promise<Value> => {
    const place = placeOf(uri, context(''));
    return typeof place === 'object' ? use(place, 'set', value) : false;
  };
  return {
    get, set,
    async getOrSetRandom(uri, { length, chars }) {
      if (typeof uri !== 'string' || !uri.startsWith(SCHEME)) return false;
      const found = await get(uri, false);
      if (found !== null) return found;
      const made = randomText(length, Array.from(chars));
      await set(uri, made);
      return made;
    },
    async delete(uri) {
      const place = placeOf(uri, context(''));
      return typeof place === 'object' ? use(place, 'delete') : false;
    },
  };
}

function randomText(length: number, letters: readonly string[]): string {
  if (length < 1 || length > LENGTH_MAX || letters.length === 0) throw new InvocationError(`A random value has 1 to ${LENGTH_MAX} characters out of at least one`);
  return Array.from({ length }, () => letters[randomInt(letters.length)] ?? '').join('');
}

/** Where the value is, or in Salt's words why that cannot be told. */
function placeOf(uri: Value, ctx: Context): Place | string {
  if (typeof uri !== 'string' || !uri.startsWith(SCHEME)) return 'SDB uri must start with "sdb://"';
  const slash = uri.indexOf('/', SCHEME.length);
  const key = slash < 0 ? '' : uri.slice(slash + 1);
  if (key === '') return 'SDB uri must have a profile name as a first part of the uri before the /';
  const name = uri.slice(SCHEME.length, slash);
  const configured = ctx.opts[name] ?? mapGet(ctx.pillar, name);
  const driver = configured !== undefined && isMap(configured) ? mapGet(configured, 'driver') : undefined;
  if (typeof driver !== 'string' || configured === undefined || !isMap(configured)) return `SDB profile "${name}" wasnt found in the minion configuration`;
  return { driver, key, profile: mapFrom(mapEntries(configured)) as PlainMap };
}
