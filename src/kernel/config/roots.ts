/** `file_roots` and `pillar_roots`: texts as names of environments, lists of folders, patterns expanded. */
import { str } from '../std/python-text.js';
import { isMap, mapEntries, mapFrom, type Value } from '../std/value.js';
import { globPaths, hasMagic } from '../sys/glob.js';
import type { Notices } from './notice.js';

/** The option in its normal form. A value that is not a list becomes an empty one, without any message (observed). */
export function normalRoots(name: 'file_roots' | 'pillar_roots', value: Value, usual: readonly string[], notices: Notices): Value {
  if (!isMap(value)) {
    notices.add('warning', `The ${name} parameter is not properly formatted, using defaults`);
    return { base: expand(usual) };
  }
  return mapFrom(mapEntries(value).map(([saltenv, folders]) => [str(saltenv), Array.isArray(folders) ? expand(folders) : []]));
}

function expand(folders: readonly Value[]): Value[] {
  return folders.flatMap((folder) => (typeof folder === 'string' && hasMagic(folder) ? globPaths(folder) : [folder]));
}
