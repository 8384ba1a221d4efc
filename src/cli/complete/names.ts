/** The names a shell may complete: from the plugin index, the key store and the configuration of the master. Never an error: a shell has no use for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMinionId } from '../../kernel/contract/job.js';
import { isMap, isPlainMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { Names } from './candidates.js';

interface IndexEntry {
  readonly name: string;
  readonly serves: string;
  /** Each parameter begins with its name and its kind. */
  readonly functions: Readonly<Record<string, { readonly params: readonly (readonly [string, string, ...unknown[]])[] }>>;
}
/** Of a store of many thousands, as many are offered. */
const IDS_MAX = 5000;

export function installedNames(distDir: string, opts: () => Readonly<PlainMap>): Names {
  const keys = (states: readonly string[]): string[] => states.flatMap((state) => idsIn(join(String(opts()['pki_dir']), state)));
  return {
    keys,
    minions: () => keys(['minions']),
    nodegroups: () => keysOf(opts()['nodegroups']),
    functions: (kind) => entries(distDir, kind).flatMap(({ serves, functions }) => Object.keys(functions).map((fun) => `${serves}.${fun}`)),
    plugins: (kind) => entries(distDir, kind).map(({ serves }) => serves),
    parameters: (kind, fullName) => {
      const [module = '', fun = ''] = fullName.split('.', 2);
      const params = entries(distDir, kind).filter(({ serves }) => serves === module).flatMap(({ functions }) => functions[fun]?.params ?? []);
      return params.filter(([, type]) => type !== 'rest' && type !== 'keywords').map(([name]) => `${name}=`);
    },
  };
}

function entries(distDir: string, kind: string): readonly IndexEntry[] {
  const index = JSON.parse(readFileSync(join(distDir, 'plugin-index.json'), 'utf8')) as { plugins: Record<string, readonly IndexEntry[]> };
  return index.plugins[kind] ?? [];
}

/** Nothing when the store is not there, or not for this user. */
function idsIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => parseMinionId(name) !== undefined).slice(0, IDS_MAX);
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return [];
    throw error;
  }
}

function keysOf(map: Value | undefined): string[] {
  if (map === undefined || !isMap(map)) return [];
  return (isPlainMap(map) ? Object.keys(map) : [...mapEntries(map)].map(([name]) => String(name)));
}
