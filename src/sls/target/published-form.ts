/** Node groups as they go on the wire: written out as a compound target. */
import { isList, isPlainMap, type Value } from '../../kernel/std/value.js';

/** Undefined when there is no such group. */
export function publishedForm(name: string, nodegroups: Value): { tgt: Value; tgtType: string } | undefined {
  const group = isPlainMap(nodegroups) ? nodegroups[name] : undefined;
  if (group === undefined) return undefined;
  return { tgt: isList(group) ? group.map(String).join(' ') : String(group), tgtType: 'compound' };
}
