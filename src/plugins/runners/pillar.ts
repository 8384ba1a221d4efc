/**
 * Shows what the pillar compiler of the master gives.
 *
 * Source: read, Salt 3008.3; golden: cli/run-pillar-show-top.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import type { PillarAsk } from '../../kernel/contract/ports.js';
import { isMap, isPlainMap, isTruthy, mapFrom, mapSize, type PlainMap, type Value } from '../../kernel/std/value.js';
import { targeted } from './lookup/targeted.js';

/** A minion and its grains: the one named, else the first of which grains are known. Grains are null when there are none. */
async function known(ctx: Context, minion: string | null): Promise<{ id: string; grains: PlainMap | null }> {
  const port = ctx.port('known');
  const id = minion ?? (await port.list('grains'))[0];
  const grains = id === undefined ? undefined : await grainsOf(ctx, id);
  return { id: id ?? '', grains: grains ?? null };
}

async function grainsOf(ctx: Context, id: string): Promise<PlainMap | undefined> {
  // No minion is called `*`; it stands for nobody in particular.
  if (!/^[^/\0*?[\]]+$/.test(id)) return undefined;
  const grains = await ctx.port('known').get('grains', id);
  return isPlainMap(grains) ? grains : undefined;
}

const textOr = (value: Value | undefined, fallback: string | null): string | null => (typeof value === 'string' && value !== '' ? value : fallback);

/** `saltenv` and `pillarenv` among the keywords; all others stand in for grains. */
function askFor(id: string, grains: PlainMap, keywords: PlainMap, minion: string): PillarAsk {
  const { saltenv, pillarenv, ...more } = keywords;
  return { id: id === '' ? minion : id, grains: { ...grains, ...more }, saltenv: textOr(saltenv, 'base'), pillarenv: textOr(pillarenv, null) };
}

const isCached = (ctx: Context): boolean => isTruthy(ctx.opts['pillar_cache'] ?? null) || isTruthy(ctx.opts['minion_data_cache'] ?? null);

/** Keys under which pillars of a minion are kept. */
const cacheKey = (id: string, pillarenv: Value | undefined): string => (textOr(pillarenv, null) === null ? id : `${id}:${String(pillarenv)}`);

export default defineRunner({
  name: 'pillar',
  doc: 'Shows what the pillar compiler of the master gives.',
  functions: {
    show_top: fn({
      doc: 'Show the top files of the pillar as one, as a minion sees them; the first known minion when none is named.\n\nsalt-run pillar.show_top',
      params: { minion: p.string(null), saltenv: p.string('base') },
      async run({ minion, saltenv }, ctx) {
        const { id, grains } = await known(ctx, minion);
        const { top, errors } = await ctx.port('pillar').top({ id, grains: grains ?? {}, saltenv, pillarenv: null });
        if (errors.length === 0) return top;
        await ctx.port('runner').progress(ctx.job, { data: [...errors], outputter: 'nested' });
        return [...errors];
      },
    }),
    show_pillar: fn({
      doc: 'Compile and show the pillar of a minion, or what everybody gets. Keywords other than saltenv and pillarenv stand in for grains.\n\nsalt-run pillar.show_pillar www.example.com',
      params: { minion: p.string('*'), kwargs: p.keywords() },
      async run({ minion, kwargs }, ctx) {
        const { id, grains } = await known(ctx, minion);
        return ctx.port('pillar').compile(askFor(id, grains ?? { fqdn: minion }, kwargs, minion));
      },
    }),
    clear_pillar_cache: fn({
      doc: 'Forget the kept pillars of minions. False when none are kept.\n\nsalt-run pillar.clear_pillar_cache minion1',
      params: { minion: p.string('*'), kwargs: p.keywords() },
      async run({ minion, kwargs }, ctx) {
        if (!isCached(ctx)) return false;
        for (const id of await targeted(ctx, minion, 'glob')) await ctx.port('known').flush('pillar', cacheKey(id, kwargs['pillarenv']));
        await ctx.port('pillar').forget();
        return true;
      },
    }),
    show_pillar_cache: fn({
      doc: 'Show the kept pillars of minions.\n\nsalt-run pillar.show_pillar_cache minion1',
      params: { minion: p.string('*'), kwargs: p.keywords() },
      async run({ minion, kwargs }, ctx) {
        if (!isCached(ctx)) return false;
        const found: [string, Value][] = [];
        for (const id of await targeted(ctx, minion, 'glob')) {
          const pillar = await ctx.port('known').get('pillar', cacheKey(id, kwargs['pillarenv']));
          if (pillar !== undefined && isMap(pillar) && mapSize(pillar) > 0) found.push([id, pillar]);
        }
        return mapFrom(found);
      },
    }),
  },
});
