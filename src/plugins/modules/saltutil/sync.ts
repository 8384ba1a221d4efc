/** Copies users' own modules from the file server, kind by kind. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { clearGrainsCache, fireRefresh, refreshModules, refreshPillar } from './refresh.js';

interface Kind {
  /** Folder of the file server, without its `_`, and first part of the names given back. */
  readonly form: string;
  /** Whether Salt refreshes after this kind unless told otherwise; undefined when there is no such parameter. */
  readonly refresh: boolean | undefined;
  readonly after?: 'modules' | 'pillar' | 'beacons' | 'resources' | 'nothing';
  /** Only masterless minions have this kind; the words of the refusal. */
  readonly masterlessOnly?: string;
}

/** Source: reference modules.json for the defaults; read, Salt 3008.3, for what follows a sync. */
export const KINDS: Readonly<Record<string, Kind>> = {
  tops: { form: 'tops', refresh: true, after: 'nothing', masterlessOnly: 'Master top modules' },
  clouds: { form: 'clouds', refresh: true },
  beacons: { form: 'beacons', refresh: true, after: 'beacons' },
  modules: { form: 'modules', refresh: true },
  states: { form: 'states', refresh: true },
  sdb: { form: 'sdb', refresh: undefined, after: 'nothing' },
  grains: { form: 'grains', refresh: true, after: 'pillar' },
  renderers: { form: 'renderers', refresh: true },
  returners: { form: 'returners', refresh: true },
  output: { form: 'output', refresh: true },
  utils: { form: 'utils', refresh: true },
  log_handlers: { form: 'log_handlers', refresh: true },
  executors: { form: 'executors', refresh: true },
  proxymodules: { form: 'proxy', refresh: false },
  engines: { form: 'engines', refresh: false },
  thorium: { form: 'thorium', refresh: false },
  serializers: { form: 'serializers', refresh: true },
  matchers: { form: 'matchers', refresh: false },
  resources: { form: 'resources', refresh: true, after: 'resources' },
  pillar: { form: 'pillar', refresh: true, after: 'pillar', masterlessOnly: 'Pillar modules' },
  wrapper: { form: 'wrapper', refresh: true, masterlessOnly: 'Wrapper modules' },
};

interface SyncRequest {
  readonly saltenv: Value;
  readonly extmod_whitelist: Value;
  readonly extmod_blacklist: Value;
}

const isMasterless = (ctx: Context): boolean => ctx.opts['file_client'] === 'local';

/** Names of one kind in a white or black list: text for the kind at hand, a map by kind, or the option. */
function namesFor(form: string, given: Value, option: Value | undefined): readonly string[] | undefined {
  if (typeof given === 'string') return given.split(',');
  const lists = given === null ? option : given;
  const names = isMap(lists) ? mapGet(lists, form) : undefined;
  if (names === undefined || names === null) return undefined;
  return Array.isArray(names) ? names.map(String) : [String(names)];
}

/** Environments to copy from: those given, else those of the top file, else `base`. */
async function environments(ctx: Context, saltenv: Value): Promise<string[]> {
  if (typeof saltenv === 'string') return saltenv.split(',');
  if (Array.isArray(saltenv)) return saltenv.map(String);
  const found = (await ctx.port('refresh').topEnvs?.()) ?? [];
  return found.length === 0 ? ['base'] : found;
}

async function syncOne(ctx: Context, kind: Kind, request: SyncRequest): Promise<string[]> {
  if (kind.masterlessOnly !== undefined && !isMasterless(ctx)) {
    throw new CommandExecutionError(`${kind.masterlessOnly} can only be synced to masterless minions`);
  }
  const only = namesFor(kind.form, request.extmod_whitelist, ctx.opts['extmod_whitelist']);
  const without = namesFor(kind.form, request.extmod_blacklist, ctx.opts['extmod_blacklist']);
  const changed = await ctx.port('refresh').syncKind(kind.form, await environments(ctx, request.saltenv), {
    ...(only === undefined ? {} : { only }),
    ...(without === undefined ? {} : { without }),
  });
  if (kind.form === 'grains') await clearGrainsCache(ctx);
  return changed;
}

async function afterSync(ctx: Context, kind: Kind, cleanPillarCache: boolean): Promise<void> {
  switch (kind.after ?? 'modules') {
    case 'modules': await refreshModules(ctx); break;
    case 'pillar': await refreshPillar(ctx, cleanPillarCache); break;
    case 'beacons': await fireRefresh(ctx, 'beacons_refresh'); break;
    case 'resources': await fireRefresh(ctx, 'resource_refresh'); break;
    case 'nothing': break;
  }
}

/** Every kind in Salt's order; tops, pillar and wrapper for masterless minions alone. */
export async function syncAll(ctx: Context, request: SyncRequest, refresh: boolean, cleanPillarCache: boolean): Promise<PlainMap> {
  const changed: PlainMap = {};
  const known = { ...request, saltenv: await environments(ctx, request.saltenv) };
  for (const [name, kind] of Object.entries(KINDS)) {
    if (kind.masterlessOnly === undefined || isMasterless(ctx)) changed[name] = await syncOne(ctx, kind, known);
  }
  if (refresh) await refreshPillar(ctx, cleanPillarCache);
  return changed;
}

/** The `sync_*` function of a kind. */
export function syncFunction(name: string): Fn {
  const kind = KINDS[name];
  if (kind === undefined) throw new TypeError(`no kind of modules is called ${name}`);
  const doc = `Copy custom ${name} from \`salt://_${kind.form}\` and give the names of those that changed.\n\nsalt '*' saltutil.sync_${name} saltenv=base`;
  const lists = {
    extmod_whitelist: p.any(null, 'only these, comma separated or by kind'),
    extmod_blacklist: p.any(null, 'all but these'),
  };
  const env = { saltenv: p.any(null, 'environments; those of the top file when empty') };
  if (kind.refresh === undefined) {
    return fn({ doc, params: { ...env, ...lists }, run: (args, ctx) => syncOne(ctx, kind, args) });
  }
  const plain = { ...env, refresh: p.any(kind.refresh), ...lists };
  if (kind.after === 'pillar') {
    return fn({
      doc,
      params: { ...plain, clean_pillar_cache: p.bool(false) },
      run: async (args, ctx) => {
        const changed = await syncOne(ctx, kind, args);
        if (isTruthy(args.refresh)) await afterSync(ctx, kind, args.clean_pillar_cache);
        return changed;
      },
    });
  }
  return fn({
    doc,
    params: plain,
    run: async (args, ctx) => {
      const changed = await syncOne(ctx, kind, args);
      if (isTruthy(args.refresh)) await afterSync(ctx, kind, false);
      return changed;
    },
  });
}
