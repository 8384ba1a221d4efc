/**
 * Finds where an id of an SLS is written, in the files of this host: the roots of the configuration, and what a minion fetched from
 * its master. Told with errors only, so that files are read when something failed.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PlaceOf } from '../contract/plugin.js';
import { isPlainMap, type PlainMap, type Value } from '../std/value.js';
import { lineOfId } from '../std/line-of-id.js';

/** Larger files are no SLS that people wrote. */
const BYTES_MAX = 4 * 1024 * 1024;
/** Files that are remembered, for the failures of many minions. */
const FILES_MAX = 200;

interface Root {
  readonly path: string;
  /** What stands before the name of a file when people are told of it. */
  readonly shown: string;
}

/** Gives `/srv/salt/web.sls:12`; `salt://web.sls:12` for a copy from the master; without a line when a template makes the id. */
export function slsPlaces(opts: Readonly<PlainMap>): PlaceOf {
  const texts = new Map<string, string | undefined>();
  const textOf = (path: string): string | undefined => {
    if (!texts.has(path) && texts.size < FILES_MAX) texts.set(path, readSmall(path));
    return texts.get(path);
  };
  return (sls, id) => {
    let file: string | undefined;
    for (const { path, shown } of rootsOf(opts)) {
      for (const name of namesOf(sls)) {
        const text = textOf(join(path, name));
        if (text === undefined) continue;
        file ??= shown + name;
        const line = lineOfId(text, id);
        if (line !== undefined) return `${shown}${name}:${line}`;
      }
    }
    return file;
  };
}

/** `a.b` is `a/b.sls` or `a/b/init.sls`; what leaves its root is no name of an SLS. */
function namesOf(sls: string): string[] {
  const path = sls.replaceAll('.', '/');
  return path === '' || sls.includes('/') || sls.includes('\0') ? [] : [`${path}.sls`, `${path}/init.sls`];
}

/** `base` first: a row does not tell its environment. A minion of a master has its copies in its cache. */
function rootsOf(opts: Readonly<PlainMap>): Root[] {
  const roots = isPlainMap(opts['file_roots']) ? Object.entries(opts['file_roots']) : [];
  const sorted = [...roots.filter(([env]) => env === 'base'), ...roots.filter(([env]) => env !== 'base')];
  const local = sorted.flatMap(([, folders]) => textsOf(folders)).map((path): Root => ({ path, shown: `${path.replace(/\/+$/, '')}/` }));
  if (opts['__role'] !== 'minion' || opts['file_client'] === 'local') return local;
  const cache = join(String(opts['cachedir']), 'files');
  const envs = new Set(['base', ...sorted.map(([env]) => env), ...(typeof opts['saltenv'] === 'string' ? [opts['saltenv']] : [])]);
  return [...envs].map((env): Root => ({ path: join(cache, env), shown: 'salt://' }));
}

function readSmall(path: string): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true && stat.size <= BYTES_MAX ? readFileSync(path, 'utf8') : undefined;
  } catch (error) {
    // Who may not read the files of the master is not told of their lines.
    if (['EACCES', 'EPERM', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

const textsOf = (value: Value): string[] => (Array.isArray(value) ? (value as readonly Value[]).filter((item) => typeof item === 'string') : []);
