/** What `clean` spares: the paths of file states that the cleaning state requires. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isMap, mapGet, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { absolutePath, dirname, isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { isDirectory } from '../../../../kernel/sys/file/probe.js';
import { pathsBelow } from '../ground/walk.js';
import { planOfChunk } from './plan-of-chunk.js';

const isBelow = (path: string, folder: string): boolean => {
  const [inner, outer] = [absolutePath(path), absolutePath(folder)];
  return inner === outer || inner.startsWith(outer === '/' ? outer : `${outer}/`);
};

function requiredFiles(require: Value): Value[] {
  if (!isList(require)) return [];
  return require.flatMap((one) => (isMap(one) ? [mapGet(one, 'file')] : [])).filter((name) => name !== undefined);
}

/** Kept paths below a folder, by the requisites of the state that cleans it. */
export async function keptPaths(ctx: Context, folder: string, require: Value): Promise<Set<string>> {
  const kept = new Set<string>();
  for (const wanted of requiredFiles(require)) {
    for (const chunk of ctx.state?.chunks ?? []) {
      if (chunk['name'] === wanted || chunk['__id__'] === wanted) for (const path of await pathsOf(ctx, folder, chunk)) kept.add(path);
    }
  }
  return kept;
}

async function pathsOf(ctx: Context, folder: string, chunk: Readonly<PlainMap>): Promise<Iterable<string>> {
  const path = str(chunk['name'] ?? '');
  if (!await isDirectory(ctx.sys, path)) return [path];
  if (!isBelow(path, folder)) return [];
  if (chunk['fun'] === 'recurse') return keptByRecurse(ctx, chunk);
  const kept = [path];
  for await (const below of pathsBelow(ctx.sys, path)) kept.push(below.path);
  return kept;
}

/** A `file.recurse` keeps what its source has, not what happens to lie in its folder. */
async function keptByRecurse(ctx: Context, chunk: Readonly<PlainMap>): Promise<Iterable<string>> {
  try {
    return (await planOfChunk(ctx, chunk)).keep;
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    ctx.log.debug({ err: error }, 'a required file.recurse has no source');
    return [];
  }
}

/** With every folder above them. */
export function withParents(kept: Iterable<string>, root: string): Set<string> {
  const all = new Set([root]);
  for (const given of kept) {
    if (!isAbsolute(given)) continue;
    for (let path = absolutePath(given); !all.has(path); path = dirname(path)) {
      all.add(path);
      if (path === '/') break;
    }
  }
  return all;
}

export const requireOf = (ctx: Context, require: Value): Value => require ?? ctx.state?.low['require'] ?? null;

