/** Values that stand elsewhere: every text `sdb://...` of a configuration is replaced by what its store gives. */
import { isMap, mapEntries, mapFrom, type PlainMap, type Value } from '../std/value.js';

/** Asks a store for the value of an address; `opts` holds the profiles of the stores. */
export type SdbReader = (address: string, opts: PlainMap) => Promise<Value>;

export async function resolveSdb(opts: PlainMap, read: SdbReader): Promise<void> {
  const resolve = async (value: Value): Promise<Value> => {
    if (typeof value === 'string') return value.startsWith('sdb://') ? read(value, opts) : value;
    if (Array.isArray(value)) return Promise.all(value.map(resolve));
    if (!isMap(value)) return value;
    return mapFrom(await Promise.all(mapEntries(value).map(async ([key, item]) => [key, await resolve(item)] as const)));
  };
  for (const name of Object.keys(opts)) if (mentionsSdb(opts[name] ?? null)) opts[name] = await resolve(opts[name] ?? null);
}

function mentionsSdb(value: Value): boolean {
  if (typeof value === 'string') return value.startsWith('sdb://');
  if (Array.isArray(value)) return value.some(mentionsSdb);
  return isMap(value) && mapEntries(value).some(([, item]) => mentionsSdb(item));
}
