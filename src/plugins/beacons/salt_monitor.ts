/** What execution functions give, as long as it says something. Source: read, Salt 3008.3. */
import { beaconOptions, defineBeacon, type BeaconVerdict } from '../../kernel/contract/beacon.js';
import type { Context } from '../../kernel/contract/context.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { checkList } from './lookup/verdict.js';

interface Call {
  readonly fun: string;
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
}

/** A name, or a map of one name to `args` and `kwargs`. */
function readCall(entry: Value): Call {
  const [[fun, parts] = [entry, {}]] = isMap(entry) ? mapEntries(entry) : [];
  const { args, kwargs } = beaconOptions([parts]);
  return { fun: str(fun), args: isList(args ?? null) ? args as readonly Value[] : [], kwargs: isList(kwargs ?? null) ? beaconOptions(kwargs) : {} };
}

function faultOf(entry: Value): string | undefined {
  if (!isMap(entry)) return undefined;
  const [[fun, parts] = ['', {}]] = mapEntries(entry);
  for (const [key, value] of isMap(parts) ? mapEntries(parts) : []) {
    if (key === 'args' && !isList(value)) return `args key for fun ${str(fun)} must be list`;
    if (key === 'kwargs' && !isList(value)) return `kwargs key for fun ${str(fun)} must be list of key value pairs`;
    const pair = key === 'kwargs' && isList(value) ? value.find((one) => !isMap(one)) : undefined;
    if (pair !== undefined) return `${str(pair)} is not a key / value pair`;
    if (key !== 'args' && key !== 'kwargs') return `key ${str(key)} not allowed under fun ${str(fun)}`;
  }
  return undefined;
}

async function validate(config: Value, ctx: Context): Promise<BeaconVerdict> {
  // Differs: real Salt fails with a KeyError without `salt_fun`.
  const [isRight, comment] = checkList('salt_monitor', config, ({ salt_fun: fun }) => (fun === undefined ? `${repr('salt_fun')} is missing` : undefined));
  if (!isRight) return [false, comment];
  const { salt_fun: wanted = [] } = beaconOptions(config);
  for (const entry of isList(wanted) ? wanted : [wanted]) {
    const fault = faultOf(entry);
    if (fault !== undefined) return [false, fault];
    const { fun } = readCall(entry);
    if (!await ctx.has(fun)) return [false, `${fun} not in __salt__`];
  }
  return [true, 'valid config'];
}

export default defineBeacon({
  name: 'salt_monitor',
  doc: 'What execution functions give, as long as it says something: `salt_fun: [test.ping, {disk.usage: {args: [/]}}]`.',
  validate,
  async beacon(config, ctx) {
    const { salt_fun: wanted = [] } = beaconOptions(config);
    if (!isList(wanted)) return [{ salt_fun: str(wanted), ret: await ctx.call(str(wanted)) }];
    const events: PlainMap[] = [];
    for (const entry of wanted) {
      const { fun, args, kwargs } = readCall(entry);
      const ret = await ctx.call(fun, args, kwargs);
      if (!isTruthy(ret)) continue;
      events.push({ salt_fun: fun, ret, ...(args.length > 0 ? { args } : {}), ...(Object.keys(kwargs).length > 0 ? { kwargs } : {}) });
    }
    return events;
  },
});
