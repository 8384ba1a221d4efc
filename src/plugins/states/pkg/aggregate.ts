/** Joins the packages of several states into one installation. */
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, mapEntries, isMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

const JOINED = ['installed', 'latest', 'removed', 'purged'];

/** Versions asked for by name; null: any. */
type Wanted = Map<string, Set<Value>>;

/** Differs: real Salt fails on names with versions. */
function add(wanted: Wanted, packages: Value | undefined): void {
  for (const item of isList(packages) ? packages : []) {
    for (const [name, version] of isMap(item) ? mapEntries(item) : [[item, null] as const]) note(wanted, str(name), version);
  }
}

function note(wanted: Wanted, name: string, version: Value): void {
  wanted.set(name, (wanted.get(name) ?? new Set()).add(version));
}

const tagOf = (chunk: PlainMap): string => [chunk['state'], chunk['__id__'], chunk['name'], chunk['fun']].map((part) => str(part ?? null)).join('_|-');

/** True for another chunk that can be installed together with the one that runs. */
function belongs(chunk: PlainMap, low: PlainMap, running: PlainMap): boolean {
  return chunk['state'] === 'pkg' && chunk['fun'] === low['fun'] && chunk['fromrepo'] === low['fromrepo'] && !('hold' in chunk) && !('__agg__' in chunk)
    && !Object.hasOwn(running, tagOf(chunk));
}

/** Gives the chunk with the packages of all; those that were joined are marked with `__agg__`. */
export function aggregate(low: PlainMap, chunks: readonly Value[], running: PlainMap): PlainMap {
  if (!JOINED.includes(str(low['fun'] ?? null))) return low;
  const kind = 'sources' in low ? 'sources' : 'pkgs';
  const joined: Wanted = new Map();
  for (const chunk of chunks) {
    if (!isPlainMap(chunk) || !belongs(chunk, low, running)) continue;
    if (kind in chunk) {
      add(joined, chunk[kind]);
    } else if (kind === 'pkgs' && 'name' in chunk) {
      note(joined, str(chunk['name']), chunk['version'] ?? null);
      delete chunk['version'];
    } else {
      continue;
    }
    chunk['__agg__'] = true;
  }
  if (joined.size === 0) return low;
  const all: Wanted = new Map();
  add(all, low[kind]);
  for (const [name, versions] of joined) for (const version of versions) note(all, name, version);
  return { ...low, [kind]: [...all].flatMap(([name, versions]) => [...versions].map((version) => (version === null ? name : { [name]: version }))) };
}
