/**
 * `pass_to_ext_pillars`: options of the minion that external sources of the master see.
 *
 * Source: read, Salt 3008.3 `RemotePillarMixin.get_ext_pillar_extra_minion_data`.
 */
import { updateMap } from '../../kernel/std/merge.js';
import { traverse } from '../../kernel/std/traverse.js';
import type { PlainMap, Value, ValueMap } from '../../kernel/std/value.js';

/** Each path of options, such as `proxy:host`, as nested maps; what is not set is left out. */
export function extraMinionData(opts: Readonly<PlainMap>): PlainMap {
  const wanted = opts['pass_to_ext_pillars'];
  if (!Array.isArray(wanted)) return {};
  let data: ValueMap = {};
  for (const path of (wanted as readonly Value[]).map(String)) {
    const value = traverse<undefined>(opts, path, undefined);
    if (value === undefined) continue;
    data = updateMap(data, path.split(':').reduceRight<Value>((inner, part) => ({ [part]: inner }), value) as ValueMap, { mergeLists: true });
  }
  return data as PlainMap;
}
