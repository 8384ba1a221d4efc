/** Compiles reactions in a thread: a template that never ends, or waits, holds up nothing but itself. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { compileReactions, type ReactionFile } from '../../automation/reactor/compile.js';
import { messageOf } from '../../kernel/loader/failure-text.js';
import { fnmatchFilter } from '../../kernel/std/fnmatch.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import type { Sys } from '../../kernel/contract/sys.js';
import { templateFiles } from '../../sls/render/session-renderer.js';
import { createRenderer } from '../../sls/render/renderer.js';
import type { ThreadHost } from '../pillar/thread-side.js';

/** A reaction file is a short program: one that computes longer is wrong. */
const COMPUTE_MS_MAX = 10_000;
const FILE_BYTES_MAX = 1024 * 1024;
const FILES_MAX = 1000;
const GLOB = /[*?[]/;

/** `{references, tag, data, grains}` to `{reactions: [{chunk, where}], failures: [{file, error}]}`. */
export async function reactionsOf(request: Value, host: ThreadHost, signal: AbortSignal): Promise<PlainMap> {
  const { references, tag, data, grains } = request as { references: readonly string[]; tag: string; data: PlainMap; grains: PlainMap };
  const { opts, sys, log, files, unpack } = host;
  const modules = host.modules(grains);
  const session = modules.session({ signal, unmaskPillar: true, nested: true });
  const renderer = createRenderer({
    files: templateFiles(files, sys), call: (fun, args, kwargs) => session.call(fun, args, kwargs), functions: () => modules.catalog.functions('modules'),
    facts: { grains, pillar: {}, opts, id: String(opts['id']) }, log, sys, unpack, limits: { computeMsMax: COMPUTE_MS_MAX },
  });
  const failures: Value[] = [];
  const reactions = await compileReactions(references, { tag, data }, {
    renderer, files: (reference) => reactionFiles(reference, host),
    onFailure: (file, error) => failures.push({ file, error: messageOf(error) }),
  });
  return { reactions: reactions.map(({ chunk, where }) => ({ chunk, where })), failures };
}

async function reactionFiles(reference: string, { files, sys }: ThreadHost): Promise<ReactionFile[]> {
  if (reference.startsWith('salt://')) {
    const cached = await files.cacheFile(reference, 'base');
    return cached === undefined ? [] : [{ path: cached, source: reference, text: await readText(cached) }];
  }
  const paths = await expand(reference, sys);
  return Promise.all(paths.map(async (path) => ({ path, source: path, text: await readText(path) })));
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > FILE_BYTES_MAX) throw new RangeError(`${path} has ${bytes.length} bytes: a reaction file may have ${FILE_BYTES_MAX}`);
  return bytes.toString('utf8');
}

/** Wildcards in any part of a path; files that begin with a dot only where the pattern does. */
async function expand(pattern: string, sys: Sys): Promise<string[]> {
  if (!GLOB.test(pattern)) return (await isFile(pattern, sys)) ? [pattern] : [];
  const folders = GLOB.test(dirname(pattern)) ? await expandFolders(dirname(pattern), sys) : [dirname(pattern)];
  const found: string[] = [];
  for (const folder of folders) {
    const names = fnmatchFilter(await namesIn(folder, sys), basename(pattern)).filter((name) => !name.startsWith('.') || basename(pattern).startsWith('.'));
    for (const name of names.sort()) if (found.length < FILES_MAX && await isFile(join(folder, name), sys)) found.push(join(folder, name));
  }
  return found;
}

async function expandFolders(pattern: string, sys: Sys): Promise<string[]> {
  const parents = GLOB.test(dirname(pattern)) ? await expandFolders(dirname(pattern), sys) : [dirname(pattern)];
  const found: string[] = [];
  for (const parent of parents) for (const name of fnmatchFilter(await namesIn(parent, sys), basename(pattern)).sort()) found.push(join(parent, name));
  return found;
}

const namesIn = (folder: string, sys: Sys): Promise<string[]> => sys.fs.readdir(folder).catch(() => []);
const isFile = (path: string, sys: Sys): Promise<boolean> => sys.fs.stat(path).then((stat) => stat.isFile(), () => false);

