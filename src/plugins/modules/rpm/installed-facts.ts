/** Facts about installed packages under the names all package modules use. */
import type { Context } from '../../../kernel/contract/context.js';
import { isMap, mapEntries, mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** `lowpkg.info` with `source` for `source_rpm`; a list for each package with `all_versions`. */
export async function installedFacts(names: readonly Value[], options: PlainMap, ctx: Context): Promise<PlainMap> {
  const found = await ctx.call('lowpkg.info', names, options) as PlainMap;
  return Object.fromEntries(Object.entries(found).map(([name, facts]) => [name, withSource(facts)]));
}

function withSource(facts: Value): Value {
  if (Array.isArray(facts)) return (facts as readonly Value[]).map(withSource);
  return isMap(facts) ? mapFrom(mapEntries(facts).map(([key, value]) => [key === 'source_rpm' ? 'source' : key, value])) : facts;
}
