/** Puts events on the bus of this host or of the master. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import type { Context } from '../../kernel/contract/context.js';
import { isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { asError } from '../../kernel/std/async.js';

/** True where Salt keeps events on this machine. Source: read, Salt 3008.3. */
function isMasterless(ctx: Context): boolean {
  const alone = isTruthy(ctx.opts['local']) || ctx.opts['file_client'] === 'local';
  return alone && !isTruthy(ctx.opts['use_master_when_local']);
}

/** A failure to send is an answer of these functions, not an error of the job. */
async function attempt(ctx: Context, tag: string, send: () => Promise<boolean>): Promise<boolean> {
  try {
    return await send();
  } catch (error) {
    ctx.log.debug({ err: asError(error), tag }, 'event not sent');
    return false;
  }
}

async function fireLocal(ctx: Context, tag: string, data: Value): Promise<boolean> {
  if (tag === '' || !isMap(data)) return false;
  return attempt(ctx, tag, () => ctx.port('events').fireLocal(tag, data as PlainMap));
}

async function fireMaster(ctx: Context, tag: string, data: Value, preload: PlainMap | null): Promise<boolean> {
  if (isMasterless(ctx)) {
    ctx.log.warn({ tag }, 'local mode: event stays here');
    return false;
  }
  return attempt(ctx, tag, () => ctx.port('events').fireMaster(tag, data, preload ?? undefined));
}

/** All of a map, or the entries a list names. */
function chosen(names: Value, from: Readonly<Record<string, Value | undefined>>): ValueMap {
  const wanted = Array.isArray(names) ? new Set<unknown>(names) : undefined;
  const entries = Object.entries(from).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return mapFrom(wanted === undefined ? entries : entries.filter(([key]) => wanted.has(key)));
}

export default defineModule({
  name: 'event',
  doc: 'Puts events on the bus of this host or of the master.',
  functions: {
    fire_master: fn({
      doc: "Fire an event on the master's bus.\n\nsalt '*' event.fire_master '{\"data\": \"my event data\"}' 'tag'",
      params: { data: p.any(), tag: p.string(), preload: p.any(null, 'entries added to the request itself') },
      run: ({ data, tag, preload }, ctx) => fireMaster(ctx, tag, data, isMap(preload) ? (preload as PlainMap) : null),
    }),
    fire: fn({
      doc: "Fire an event on the minion's own bus; the data has to be a mapping.\n\nsalt '*' event.fire '{\"data\": \"my event data\"}' 'tag'",
      params: { data: p.any(), tag: p.string() },
      run: ({ data, tag }, ctx) => fireLocal(ctx, tag, data),
    }),
    send: fn({
      doc: "Fire an event on the master's bus with chosen facts of this minion.\n\nsalt-call event.send myco/build/finished '{success: True}' with_grains='[id, role]'",
      params: {
        tag: p.string(),
        data: p.any(null),
        preload: p.any(null),
        with_env: p.any(false, 'environment variables: all, or the list of names'),
        with_grains: p.any(false, 'grains: all, or the list of names'),
        with_pillar: p.any(false, 'pillar: all, or the list of keys'),
        with_env_opts: p.any(false, 'saltenv and pillarenv in use'),
        kwargs: p.keywords({ pub: true }),
      },
      run(args, ctx) {
        const entries: [Value, Value][] = [];
        if (isTruthy(args.with_env)) entries.push(['environ', chosen(args.with_env, ctx.sys.env)]);
        if (isTruthy(args.with_grains)) entries.push(['grains', chosen(args.with_grains, ctx.grains)]);
        if (isTruthy(args.with_pillar)) entries.push(['pillar', chosen(args.with_pillar, ctx.pillar)]);
        if (isTruthy(args.with_env_opts)) {
          entries.push(['saltenv', ctx.opts['saltenv'] ?? 'base'], ['pillarenv', ctx.opts['pillarenv'] ?? null]);
        }
        entries.push(...mapEntries(args.kwargs), ...(isMap(args.data) ? mapEntries(args.data) : []));
        const sent = mapFrom(new Map(entries));
        const stays = isMasterless(ctx) || (ctx.opts['master_type'] === 'disable' && !isTruthy(ctx.opts['use_master_when_local']));
        if (stays) return fireLocal(ctx, args.tag, sent);
        return fireMaster(ctx, args.tag, sent, isMap(args.preload) ? (args.preload as PlainMap) : null);
      },
    }),
  },
});
