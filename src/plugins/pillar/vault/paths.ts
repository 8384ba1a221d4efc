/**
 * The paths of a pattern: `{minion}` is the id, `{pillar[a][b]}` a value of the pillar so far; of a list each item makes a path.
 * A value that is put in is never read as a pattern itself.
 */
import { isList, isMap, mapEntries, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

const PATHS_MAX = 1000;
const FIELD = /\{(minion|pillar)((?:\[[^[\]{}]+\])*)\}|[{}]/g;

/** Undefined when the pattern names something that is not there, or leads to more paths than there may be. */
export function pathsOf(pattern: string, id: string, pillar: PlainMap): string[] | undefined {
  let paths = [''];
  let at = 0;
  for (const { 0: whole, 1: name, 2: keys = '', index } of pattern.matchAll(FIELD)) {
    const found = name === 'minion' && keys === '' ? [id] : name === 'pillar' && keys !== '' ? textsAt(pillar, keys) : undefined;
    if (found === undefined || paths.length * found.length > PATHS_MAX) return undefined;
    const before = pattern.slice(at, index);
    paths = paths.flatMap((path) => found.map((text) => path + before + text));
    at = index + whole.length;
  }
  return paths.map((path) => path + pattern.slice(at));
}

function textsAt(pillar: Value, keys: string): string[] | undefined {
  let value: Value | undefined = pillar;
  for (const key of keys.slice(1, -1).split('][')) value = isMap(value) ? mapGet(value, key) : isList(value) && /^\d+$/.test(key) ? value[Number(key)] : undefined;
  if (value === undefined) return undefined;
  if (isMap(value)) return mapEntries(value).map(([key]) => str(key));
  return isList(value) ? value.map(str) : [str(value)];
}
