/** Functions of the program among the variables of a template. */
import type { RenderOptions } from '../../kernel/contract/ports.js';
import { isMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { dataOf, valueOf } from './python/convert.js';
import { Builtin } from './python/data.js';

/** `functions` by name; `group.name` stands in a mapping of that name, beside the values it has. */
export function withFunctions(variables: PlainMap, functions: RenderOptions['functions'] & {}): PlainMap {
  const all: PlainMap = { ...variables };
  for (const [path, run] of Object.entries(functions)) {
    const [group = '', name] = path.split('.');
    const builtin = new Builtin(name ?? group, ({ list }) => dataOf(run(...list.map((item) => valueOf(item)))));
    // What only templates have passes through them unchanged.
    const value = builtin as unknown as Value;
    const before = all[group] ?? null;
    all[group] = name === undefined ? value : { ...(isMap(before) ? before as PlainMap : {}), [name]: value };
  }
  return all;
}
