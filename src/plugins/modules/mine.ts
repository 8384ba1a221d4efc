/** Values that this minion lets others know, kept by the master. */
import type { Context } from '../../kernel/contract/context.js';
import { asError } from '../../kernel/std/async.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value } from '../../kernel/std/value.js';
import { accessOf, guarded, readDefinitions, type MineFunction } from './mine/definition.js';
import { containerAddresses } from './mine/docker.js';
import { deleteFromMine, flushMine, getFromMine, minionsOfMine, storeMine } from './mine/store.js';

const configured = (ctx: Context): Promise<Value> => ctx.call('config.merge', ['mine_functions', {}]);

/** The functions to run; undefined when there are none. */
async function wantedFunctions(ctx: Context, given: Value): Promise<Value | undefined> {
  const functions = isTruthy(given) ? given : await configured(ctx);
  if (!isTruthy(functions)) return undefined;
  if (isTruthy(given) && Array.isArray(given)) return mapFrom((given as readonly Value[]).map((fun) => [fun, {}]));
  return isTruthy(given) && !isMap(given) ? undefined : functions;
}

async function isAvailable(ctx: Context, fun: string): Promise<boolean> {
  const there = await ctx.has(fun);
  if (!there) ctx.log.error({ fun }, 'function of the mine not available');
  return there;
}

/** What a function gives, in a list; nothing when it failed, which the log tells. */
async function valueOf(ctx: Context, fun: string, args: readonly Value[], kwargs: PlainMap): Promise<[Value] | []> {
  try {
    return [await ctx.call(fun, args, kwargs)];
  } catch (err) {
    // Its message may repeat arguments: the class says enough to look into it by hand.
    ctx.log.error({ error: err instanceof PythonError ? err.className : asError(err).name, fun }, 'function of the mine failed');
    return [];
  }
}

async function update(ctx: Context, clear: boolean, given: Value): Promise<Value> {
  const functions = await wantedFunctions(ctx, given);
  if (functions === undefined) return null;
  const data: PlainMap = {};
  for (const { alias, name, args, kwargs, access } of readDefinitions(functions)) {
    const fun = name ?? alias;
    if (!(await isAvailable(ctx, fun))) continue;
    for (const value of await valueOf(ctx, fun, args, kwargs)) data[alias] = guarded(value, access);
  }
  return storeMine(ctx, data, clear);
}

async function send(ctx: Context, name: string, given: readonly Value[], keywords: PlainMap): Promise<Value> {
  const { mine_function: fun, allow_tgt, allow_tgt_type, ...rest } = keywords;
  // A map among the arguments gives keywords (observed).
  const mapped = Object.fromEntries(given.filter(isMap).flatMap(mapEntries)) as PlainMap;
  const values = await valueOf(ctx, isTruthy(fun) ? String(fun) : name, given.filter((arg) => !isMap(arg)), { ...mapped, ...rest });
  if (values.length === 0) return false;
  return storeMine(ctx, { [name]: guarded(values[0], accessOf(allow_tgt, allow_tgt_type)) }, false);
}

const shown = ({ name, args, kwargs, given }: MineFunction): Value =>
  (name === undefined ? given : { [name]: [...args, ...Object.entries(kwargs).map(([key, value]) => ({ [key]: value }))] });

async function valid(ctx: Context): Promise<Value> {
  const functions = await configured(ctx);
  if (!isTruthy(functions)) return null;
  const known: PlainMap = {};
  for (const definition of readDefinitions(functions)) {
    if (await isAvailable(ctx, definition.name ?? definition.alias)) known[definition.alias] = shown(definition);
  }
  return known;
}

export default defineModule({
  name: 'mine',
  doc: 'Values that this minion lets others know, kept by the master.',
  functions: {
    update: fn({
      doc: "Run the functions of the mine and send what they give.\n\nsalt '*' mine.update\nsalt '*' mine.update mine_functions='{\"network.ip_addrs\": [eth0]}'",
      params: { clear: p.bool(false, 'forget what was sent before'), mine_functions: p.any(null, 'instead of the configured ones') },
      run: (args, ctx) => update(ctx, args.clear, args.mine_functions),
    }),
    send: fn({
      doc: "Run one function and send what it gives; `mine_function` names the function behind an alias, `allow_tgt` who may read.\n\nsalt '*' mine.send eth0_addrs mine_function=network.ip_addrs eth0",
      params: { name: p.string(), args: p.rest(), kwargs: p.keywords() },
      run: ({ name, args, kwargs }, ctx) => send(ctx, name, args, kwargs),
    }),
    get: fn({
      doc: "Give what other minions let know, by minion, or by function and minion.\n\nsalt '*' mine.get '*' network.interfaces\nsalt '*' mine.get 'os:Fedora' network.interfaces grain",
      params: { tgt: p.any(), fun: p.any(), tgt_type: p.string('glob'), exclude_minion: p.bool(false, 'leave the asking minion out') },
      run: (args, ctx) => getFromMine(ctx, { tgt: args.tgt, fun: args.fun, tgtType: args.tgt_type, excludeMinion: args.exclude_minion }),
    }),
    delete: fn({
      doc: "Take one function out of the mine of this minion.\n\nsalt '*' mine.delete network.interfaces",
      params: { fun: p.any() },
      run: ({ fun }, ctx) => deleteFromMine(ctx, fun),
    }),
    flush: fn({
      doc: "Empty the mine of this minion.\n\nsalt '*' mine.flush",
      run: (_args, ctx) => flushMine(ctx),
    }),
    get_docker: fn({
      doc: "Give the addresses of containers by image and port, from `docker.ps` in the mine.\n\nsalt '*' mine.get_docker interfaces=eth0 cidrs='107.170.147.0/24'",
      params: { interfaces: p.any(null), cidrs: p.any(null), with_container_id: p.bool(false) },
      async run(args, ctx) {
        const hosts = await minionsOfMine(ctx, { tgt: '*', fun: 'docker.ps', tgtType: 'glob', excludeMinion: false });
        return containerAddresses(hosts, { interfaces: args.interfaces, cidrs: args.cidrs, withContainerId: args.with_container_id });
      },
    }),
    valid: fn({
      doc: "List the configured functions of the mine that are there.\n\nsalt '*' mine.valid",
      run: (_args, ctx) => valid(ctx),
    }),
  },
});
