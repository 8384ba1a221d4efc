/** Facts of the module `status`. Source: golden events/beacon-status; read, Salt 3008.3. */
import { defineBeacon } from '../../kernel/contract/beacon.js';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, mapFrom, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { checkList } from './lookup/verdict.js';

const USUAL: PlainMap = { loadavg: ['all'], cpustats: ['all'], meminfo: ['all'], vmstats: ['all'], time: ['all'] };
/** Options of whoever asks, which are no functions. */
const OPTIONS: ReadonlySet<string> = new Set(['onchangeonly', 'emitatstartup']);

export default defineBeacon({
  name: 'status',
  doc: 'Facts of the module status: `- loadavg: [1-min]`, all of the usual ones without configuration.',
  validate: (config) => checkList('status', config),
  async beacon(config, ctx) {
    const tag = timeText(ctx.sys.now());
    const asked = config.flatMap((part) => Object.entries(part)).filter(([fun]) => !fun.startsWith('_') && !OPTIONS.has(fun));
    const facts: PlainMap = {};
    for (const [fun, items] of asked.length === 0 ? Object.entries(USUAL) : asked) facts[fun] = await pick(fun, isList(items) ? items : [items], ctx);
    return [{ tag, data: facts }];
  },
});

async function pick(fun: string, items: readonly Value[], ctx: Context): Promise<Value> {
  let data: Value;
  try {
    data = await ctx.call(`status.${fun}`);
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    ctx.log.debug({ err, fun }, 'a function of status failed');
    return {};
  }
  let picked: Value = {};
  for (const item of items) {
    const value: Value | undefined = item === 'all' ? data : itemOf(data, item);
    if (item === 'all') picked = data;
    else if (value === undefined) picked = `Status beacon is incorrectly configured: ${repr(item)}`;
    else picked = mapFrom([...(isMap(picked) ? mapEntries(picked) : []), [item, value]]);
  }
  return picked;
}

/** Of a map by its key, of a list or a text by its place. */
function itemOf(data: Value, item: Value): Value | undefined {
  if (isMap(data)) return mapGet(data, item);
  return isList(data) ? data.at(Number(item)) : Array.from(str(data)).at(Number(item));
}

/** Python's `isoformat()` of the time in UTC. */
function timeText(ms: number): string {
  const text = new Date(ms).toISOString().slice(0, -1);
  return text.endsWith('.000') ? text.slice(0, -4) : `${text}000`;
}
