/** Takes out of high data what `exclude` names: ids, and all ids of SLS files. Source: state-system, section 1. */
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { isMap, mapSize, type Value } from '../../../kernel/std/value.js';
import { firstEntry, isBody, isHidden, type HighData } from '../high-data.js';

export function exclude({ ids, extensions, excludes }: HighData): HighData {
  if (excludes.length === 0) return { ids, extensions, excludes };
  const { files, names } = readExcludes(excludes);
  const isExcluded = (id: Value, sls: Value | undefined): boolean =>
    names.has(id) || (!isHidden(id) && typeof sls === 'string' && files.some((pattern) => fnmatch(sls, pattern)));
  const kept = [...ids].filter(([id, body]) => !isExcluded(id, isBody(body) ? body.get('__sls__') : undefined));
  return { ids: new Map(kept), extensions, excludes: [] };
}

/** A text stands for an SLS. */
function readExcludes(excludes: readonly Value[]): { files: string[]; names: Set<Value> } {
  const files: string[] = [];
  const names = new Set<Value>();
  for (const item of excludes) {
    if (typeof item === 'string') files.push(item);
    else if (isMap(item) && mapSize(item) === 1) {
      const [kind, value] = firstEntry(item) ?? [];
      if (kind === 'sls' && typeof value === 'string') files.push(value);
      if (kind === 'id' && value !== undefined) names.add(value);
    }
  }
  return { files, names };
}
