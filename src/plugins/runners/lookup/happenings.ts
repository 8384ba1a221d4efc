/** What led to what, as a value that people and programs read: `kind`, `what`, `id`, `at`, `minion`, `returns`, `led_to`. */
import type { HappeningTree } from '../../../kernel/contract/happening.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Jobs get their returns: `{minion: {success, retcode}}`. */
export async function treeValue(tree: HappeningTree, returnsOf: (jid: string) => Promise<PlainMap>): Promise<PlainMap> {
  const { id, kind, what, atMs, minion, led } = tree;
  const returns = kind === 'job' ? await returnsOf(id) : {};
  const next: Value[] = [];
  for (const one of led) next.push(await treeValue(one, returnsOf));
  return {
    kind, what, id, at: new Date(atMs).toISOString(),
    ...(minion === undefined ? {} : { minion }),
    ...(Object.keys(returns).length === 0 ? {} : { returns: Object.fromEntries(Object.entries(returns).map(([name, value]) => [name, outcome(value)])) }),
    ...(next.length === 0 ? {} : { led_to: next }),
  };
}

function outcome(value: Value): PlainMap {
  if (!isPlainMap(value)) return {};
  const { success = null, retcode = null } = value;
  return { success, retcode };
}
