/** Upstreams of RabbitMQ's federation. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isMap, isPlainMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './rabbitmq/step.js';

/** Differs: a password in an address is not told. */
const told = (settings: PlainMap): PlainMap =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, key === 'uri' ? str(value).replaceAll(/(:\/\/[^:@/\s]*):[^@\s]*@/g, '$1:***@') : value]));

function readSettings(text: Value): PlainMap {
  try {
    const settings: unknown = JSON.parse(str(text));
    return isPlainMap(settings) ? settings : {};
  } catch {
    // What is no JSON is no setting of ours: it is set anew.
    return {};
  }
}

function difference(old: PlainMap, wanted: PlainMap): PlainMap | undefined {
  const only = (from: PlainMap, other: PlainMap): PlainMap => told(Object.fromEntries(Object.entries(from).filter(([key, value]) => !equalValues(value, other[key]))));
  const [before, after] = [only(old, wanted), only(wanted, old)];
  if (Object.keys(before).length + Object.keys(after).length === 0) return undefined;
  return { ...(Object.keys(before).length > 0 ? { old: before } : {}), ...(Object.keys(after).length > 0 ? { new: after } : {}) };
}

interface Wish {
  readonly name: string;
  readonly runas: string | null;
  /** In the words of Salt. */
  readonly settings: PlainMap;
}

async function present({ name, runas, settings }: Wish, ctx: Context): Promise<PlainMap> {
  const all = await ctx.call('rabbitmq.list_upstreams', [], { runas });
  const known = isMap(all) ? mapGet(all, name) : undefined;
  const wanted = Object.fromEntries(Object.entries(settings).filter(([, value]) => isTruthy(value)).map(([key, value]) => [key.replaceAll('_', '-'), value]));
  const changes = known === undefined ? { old: null, new: told(wanted) } : difference(readSettings(known), wanted);
  if (changes === undefined) return done(name, `Upstream "${name}" already present as specified.`);
  const action = known === undefined ? 'create' : 'update';
  // Differs: a test run foretells the changes.
  if (ctx.test) return wouldChange(name, `Upstream "${name}" would have been ${action}d.`, changes);
  await ctx.call('rabbitmq.set_upstream', [name], { ...settings, runas });
  return done(name, `Upstream "${name}" ${action}d.`, changes);
}

async function absent(name: string, runas: string | null, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('rabbitmq.upstream_exists', [name], { runas }) !== true) return done(name, `The upstream "${name}" is already absent.`);
  const changes = { old: name, new: null };
  if (ctx.test) return wouldChange(name, `Upstream "${name}" would have been deleted.`, changes);
  await ctx.call('rabbitmq.delete_upstream', [name], { runas });
  return done(name, `Upstream "${name}" has been deleted.`, changes);
}

const name = p.string();
const none = p.any(null);
const runas = p.string(null, 'the user who runs the program');

export default defineState({
  name: 'rabbitmq_upstream',
  virtual: async (ctx) => ((await ctx.has('rabbitmq.set_upstream')) ? true : 'rabbitmq module could not be loaded'),
  doc: "Upstreams of RabbitMQ's federation.",
  functions: {
    present: fn({
      doc: 'Make sure that there is an upstream.',
      params: {
        name, uri: p.string(), prefetch_count: none, reconnect_delay: none, ack_mode: none, trust_user_id: none, exchange: none, max_hops: none, expires: none,
        message_ttl: none, ha_policy: none, queue: none, runas,
      },
      run: ({ name: upstream, runas: user, ...settings }, ctx) => guarded(upstream, () => present({ name: upstream, runas: user, settings }, ctx)),
    }),
    absent: fn({ doc: 'Make sure that there is no such upstream.', params: { name, runas }, run: (args, ctx) => guarded(args.name, () => absent(args.name, args.runas, ctx)) }),
  },
});
