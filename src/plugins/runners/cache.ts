/** Shows and clears what the master remembers of minions: grains, pillar, mine, and other banks of its cache. */
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapHas, type PlainMap, type Value } from '../../kernel/std/value.js';
import { knownOf, targeted } from './lookup/targeted.js';

type Bank = 'grains' | 'pillar' | 'mine';

const GIT_ROLES = new Set(['gitfs', 'git_pillar', 'winrepo']);

const targetParams = { tgt: p.any(null, 'minions; all when empty'), tgt_type: p.string('glob') };
const clearParams = { tgt: p.any(null, 'minions; nothing is cleared without'), tgt_type: p.string('glob') };

/** False without a target; else true, also when nobody fits. Minions whose grains are not known are passed over, as in Salt. */
async function clear(ctx: Context, banks: readonly Bank[], { tgt, tgt_type }: { tgt: Value; tgt_type: string }): Promise<boolean> {
  return eachKnown(ctx, tgt, tgt_type, async (id) => {
    for (const bank of banks) await ctx.port('known').flush(bank, id);
  });
}

async function eachKnown(ctx: Context, tgt: Value, tgtType: string, work: (id: string) => Promise<void>): Promise<boolean> {
  if (tgt === null) return false;
  const known = new Set(await ctx.port('known').list('grains'));
  for (const id of await targeted(ctx, tgt, tgtType)) if (known.has(id)) await work(id);
  return true;
}

async function clearMineFunction(ctx: Context, tgt: Value, tgtType: string, fun: string | null): Promise<boolean> {
  if (fun === null) return false;
  return eachKnown(ctx, tgt, tgtType, async (id) => {
    const mine = await ctx.port('known').get('mine', id);
    if (mine === undefined || !isMap(mine) || !mapHas(mine, fun)) return;
    await ctx.port('known').set('mine', id, mapFrom(mapEntries(mine).filter(([key]) => key !== fun)));
  });
}

/** The one cache there is. @throws CommandExecutionError for the folder of another */
function checkFolder(ctx: Context, cachedir: string | null): void {
  if (cachedir !== null && cachedir !== '' && cachedir !== ctx.opts['cachedir']) {
    throw new CommandExecutionError(`Only the cache of this master can be used, not that in ${cachedir}`);
  }
}

async function flush(ctx: Context, bank: string, key: string | null): Promise<boolean> {
  const known = ctx.port('known');
  const wasThere = await known.contains(bank, key ?? undefined);
  await known.flush(bank, key ?? undefined);
  return wasThere;
}

async function clearGitLock(ctx: Context, role: string, remote: string | null, { type = 'update', ...unknown }: PlainMap): Promise<Value> {
  const wrong = Object.entries(unknown);
  if (wrong.length > 0) {
    throw new InvocationError(`The following keyword arguments are not valid: ${wrong.map(([key, value]) => `${key}=${str(value)}`).join(', ')}`);
  }
  if (!GIT_ROLES.has(role)) throw new InvocationError(`Invalid role '${role}'`);
  // Only updates of the file server can be locked here: other copies of repositories are fetched by whoever reads them.
  const answer = role === 'gitfs' && type === 'update' ? await ctx.port('fileServer').clearLock('gitfs', remote ?? undefined) : undefined;
  const { done = [], failed = [] } = answer ?? {};
  if (done.length + failed.length === 0) return 'No locks were removed';
  return { ...(done.length === 0 ? {} : { cleared: [...done] }), ...(failed.length === 0 ? {} : { errors: [...failed] }) };
}

/** Differs: this program keeps its cache in one form, so there is never anything to move; the text is Salt's for that case. */
function migrate(ctx: Context, from: string, to: string, cachedir: string | null, dryRun: boolean): string {
  return [
    `${dryRun ? 'Would migrate' : 'Migrated'} 0 entries from ${repr(from)} → ${repr(to)}`,
    `  cachedir: ${cachedir ?? str(ctx.opts['cachedir'] ?? '')}`,
    ...(dryRun ? ['  (dry-run — no data written)'] : []),
  ].join('\n');
}

export default defineRunner({
  name: 'cache',
  doc: 'Shows and clears what the master remembers of minions: grains, pillar, mine, and other banks of its cache.',
  functions: {
    grains: fn({
      doc: "Give the grains that the master remembers of minions.\n\nsalt-run cache.grains '*'",
      params: { tgt: p.any(), tgt_type: p.string('glob'), kwargs: p.keywords() },
      run: ({ tgt, tgt_type }, ctx) => knownOf(ctx, 'grains', tgt, tgt_type),
    }),
    pillar: fn({
      doc: 'Give the pillar that the master remembers of minions.\n\nsalt-run cache.pillar',
      params: { ...targetParams, kwargs: p.keywords() },
      run: ({ tgt, tgt_type }, ctx) => knownOf(ctx, 'pillar', tgt, tgt_type),
    }),
    mine: fn({
      doc: 'Give what minions have put into the mine.\n\nsalt-run cache.mine',
      params: { ...targetParams, kwargs: p.keywords() },
      run: ({ tgt, tgt_type }, ctx) => knownOf(ctx, 'mine', tgt, tgt_type),
    }),
    clear_pillar: fn({
      doc: "Forget the pillar of minions.\n\nsalt-run cache.clear_pillar tgt='web*'",
      params: clearParams,
      run: (args, ctx) => clear(ctx, ['pillar'], args),
    }),
    clear_grains: fn({
      doc: "Forget the grains of minions.\n\nsalt-run cache.clear_grains tgt='web*'",
      params: clearParams,
      run: (args, ctx) => clear(ctx, ['grains'], args),
    }),
    clear_mine: fn({
      doc: "Forget what minions have put into the mine.\n\nsalt-run cache.clear_mine tgt='web*'",
      params: clearParams,
      run: (args, ctx) => clear(ctx, ['mine'], args),
    }),
    clear_mine_func: fn({
      doc: "Forget one function of the mine of minions.\n\nsalt-run cache.clear_mine_func tgt='*' clear_mine_func_flag='network.interfaces'",
      params: { ...clearParams, clear_mine_func_flag: p.string(null) },
      run: (args, ctx) => clearMineFunction(ctx, args.tgt, args.tgt_type, args.clear_mine_func_flag),
    }),
    clear_all: fn({
      doc: "Forget pillar, grains and mine of minions.\n\nsalt-run cache.clear_all tgt='web*'",
      params: clearParams,
      run: (args, ctx) => clear(ctx, ['pillar', 'grains', 'mine'], args),
    }),
    clear_git_lock: fn({
      doc: 'Remove locks of git backends.\n\nsalt-run cache.clear_git_lock gitfs',
      params: { role: p.string(), remote: p.string(null), kwargs: p.keywords() },
      run: ({ role, remote, kwargs }, ctx) => clearGitLock(ctx, role, remote, kwargs),
    }),
    cloud: fn({
      doc: 'Give what is remembered of cloud machines; without salt-cloud always nothing.\n\nsalt-run cache.cloud \'salt*\'',
      params: { tgt: p.any(), provider: p.string(null) },
      run: () => ({}),
    }),
    store: fn({
      doc: "Put a value into the cache.\n\nsalt-run cache.store mycache mykey 'The time has come the walrus said'",
      params: { bank: p.string(), key: p.string(), data: p.any(), cachedir: p.string(null) },
      async run({ bank, key, data, cachedir }, ctx) {
        checkFolder(ctx, cachedir);
        await ctx.port('known').set(bank, key, data);
        return null;
      },
    }),
    list: fn({
      doc: 'List the keys of a bank of the cache.\n\nsalt-run cache.list grains',
      params: { bank: p.string(), cachedir: p.string(null) },
      run({ bank, cachedir }, ctx) {
        checkFolder(ctx, cachedir);
        return ctx.port('known').list(bank);
      },
    }),
    fetch: fn({
      doc: 'Give a value of the cache; an empty mapping for none.\n\nsalt-run cache.fetch grains web1',
      params: { bank: p.string(), key: p.string(), cachedir: p.string(null) },
      async run({ bank, key, cachedir }, ctx) {
        checkFolder(ctx, cachedir);
        return (await ctx.port('known').get(bank, key)) ?? {};
      },
    }),
    flush: fn({
      doc: 'Remove a key of the cache, or a whole bank; False when there was none.\n\nsalt-run cache.flush grains web1',
      params: { bank: p.string(), key: p.string(null), cachedir: p.string(null) },
      run({ bank, key, cachedir }, ctx) {
        checkFolder(ctx, cachedir);
        return flush(ctx, bank, isTruthy(key) ? key : null);
      },
    }),
    migrate: fn({
      doc: 'Move the cache from one form to another. Here there is one form only.\n\nsalt-run cache.migrate dry_run=True',
      params: {
        src_driver: p.string('localfs'), dst_driver: p.string('mmap_cache'), bank: p.string(null), cachedir: p.string(null), dry_run: p.bool(false),
      },
      run: (args, ctx) => migrate(ctx, args.src_driver, args.dst_driver, args.cachedir, args.dry_run),
    }),
  },
});
