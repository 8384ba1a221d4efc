/** Copies users' own plugins from the file server to the master. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn, type Fn } from '../../kernel/contract/plugin.js';
import { isList, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Function `sync_<name>`, its folder, and its name in the answer of `sync_all`, in that order. Source: read, Salt 3008.3. */
const KINDS: readonly { readonly name: string; readonly form?: string; readonly shown?: string }[] = [
  { name: 'clouds' }, { name: 'modules' }, { name: 'states' }, { name: 'grains' }, { name: 'renderers' }, { name: 'returners' }, { name: 'output' },
  { name: 'proxymodules', form: 'proxy' }, { name: 'runners' }, { name: 'wheel' }, { name: 'engines' }, { name: 'thorium' }, { name: 'queues' },
  { name: 'pillar' }, { name: 'utils' }, { name: 'sdb' }, { name: 'cache' }, { name: 'fileserver' }, { name: 'tops' },
  { name: 'eauth_tokens', form: 'tokens', shown: 'tokens' }, { name: 'serializers' }, { name: 'executors' }, { name: 'wrapper' }, { name: 'roster' },
];

const syncParams = {
  saltenv: p.any('base', 'environments, separated by commas'), extmod_whitelist: p.any(null, 'only these'), extmod_blacklist: p.any(null, 'all but these'),
};

interface Request {
  readonly saltenv: Value;
  readonly extmod_whitelist: Value;
  readonly extmod_blacklist: Value;
}

/** Names of one kind: text for the kind at hand, a map by kind, or the option. */
function namesFor(form: string, given: Value, option: Value | undefined): readonly string[] | undefined {
  if (typeof given === 'string') return given.split(',');
  const lists = given === null ? option : given;
  const names = isMap(lists) ? mapGet(lists, form) : undefined;
  if (names === undefined || names === null) return undefined;
  return isList(names) ? names.map(String) : [String(names)];
}

function environments(saltenv: Value): readonly string[] {
  if (!isTruthy(saltenv)) return ['base'];
  return isList(saltenv) ? saltenv.map(String) : String(saltenv).split(',');
}

async function sync(ctx: Context, form: string, request: Request): Promise<string[]> {
  const only = namesFor(form, request.extmod_whitelist, ctx.opts['extmod_whitelist']);
  const without = namesFor(form, request.extmod_blacklist, ctx.opts['extmod_blacklist']);
  const changed = await ctx.port('masterSync').syncKind(form, environments(request.saltenv), {
    ...(only === undefined ? {} : { only }), ...(without === undefined ? {} : { without }),
  });
  // The next call finds what came, as in Salt, where each call loads anew.
  if (changed.length > 0) await ctx.port('catalog').reload();
  return changed;
}

const oneKind = (name: string, form: string): Fn => fn({
  doc: `Copy _${form} of the file server to the master; gives the names of what changed.\n\nsalt-run saltutil.sync_${name}`,
  params: syncParams,
  run: (request, ctx) => sync(ctx, form, request),
});

export default defineRunner({
  name: 'saltutil',
  doc: "Copies users' own plugins from the file server to the master.",
  functions: {
    ...Object.fromEntries(KINDS.map(({ name, form = name }) => [`sync_${name}`, oneKind(name, form)])),
    sync_all: fn({
      doc: "Copy plugins of all kinds to the master; gives by kind the names of what changed.\n\nsalt-run saltutil.sync_all extmod_whitelist=\"{'runners': ['custom']}\"",
      params: syncParams,
      async run(request, ctx) {
        const changed: PlainMap = {};
        for (const { name, form = name, shown = name } of KINDS) changed[shown] = await sync(ctx, form, request);
        return changed;
      },
    }),
  },
});
