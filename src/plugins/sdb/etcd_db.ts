/** Values in etcd, by the options `etcd.host`, `etcd.port` and so on of the profile. Source: the documentation of Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { defineSdb } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { Etcd } from '../../kernel/sys/etcd.js';
import { etcdPlace } from '../../kernel/sys/etcd-place.js';

const storeOf = (profile: Readonly<PlainMap>, ctx: Context): Etcd => new Etcd(etcdPlace(profile), ctx.signal);
/** As the module `etcd` keeps them: msgpack, unless the profile says otherwise. */
const packs = (profile: Readonly<PlainMap>): boolean => isTruthy(profile['etcd.encode_values'] ?? true);

async function get(key: string, profile: Readonly<PlainMap>, ctx: Context): Promise<Value> {
  const [entry] = (await storeOf(profile, ctx).range(key)).entries;
  if (entry === undefined) return null;
  return packs(profile) ? ctx.port('pack').unpack(entry.value) : entry.value.toString('utf8');
}

export default defineSdb({
  name: 'etcd_db',
  serves: 'etcd',
  doc: 'Values in etcd.',
  get,
  async set(key, value, profile, ctx) {
    await storeOf(profile, ctx).put(key, packs(profile) ? await ctx.port('pack').pack(value) : Buffer.from(str(value), 'utf8'));
    return get(key, profile, ctx);
  },
  delete: async (key, profile, ctx) => await storeOf(profile, ctx).remove(key) > 0,
});
