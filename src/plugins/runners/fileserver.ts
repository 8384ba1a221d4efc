/** Shows what the master serves to minions, backend by backend. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const backendParam = p.any(null, 'backends, a list or separated by commas; with a minus sign: all but these');
const listParams = { saltenv: p.any('base'), backend: backendParam };
const lockParams = { backend: backendParam, remote: p.any(null, 'only remotes whose address contains this') };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Enabled backends, those named, or the enabled ones without those named with a minus. */
function backends(ctx: Context, wanted: Value): string[] {
  const enabled = ctx.opts['fileserver_backend'];
  const given = isTruthy(wanted) ? wanted : (enabled ?? []);
  const names = isList(given) ? given.map(String) : str(given).split(',');
  const there = ctx.port('fileServer').backends;
  if (!names.every((name) => name.startsWith('-'))) return names.filter((name) => there.includes(name));
  const dropped = new Set(names.map((name) => name.slice(1)));
  return (isList(enabled) ? enabled.map(String) : []).filter((name) => there.includes(name) && !dropped.has(name));
}

async function listed(ctx: Context, kind: 'files' | 'dirs' | 'emptyDirs', { saltenv, backend }: { saltenv: Value; backend: Value }): Promise<string[]> {
  const all = new Set<string>();
  for (const name of backends(ctx, backend)) for (const path of await ctx.port('fileServer').list(name, kind, str(saltenv))) all.add(path);
  return [...all].sort(byText);
}

async function symlinks(ctx: Context, { saltenv, backend }: { saltenv: Value; backend: Value }): Promise<PlainMap> {
  let all: PlainMap = {};
  for (const name of backends(ctx, backend)) all = { ...all, ...await ctx.port('fileServer').symlinks(name, str(saltenv)) };
  return all;
}

async function envs(ctx: Context, backend: Value, bySource: boolean): Promise<string[]> {
  const names = backends(ctx, backend);
  // Salt sorts the mapping by source, which leaves the names of the sources.
  if (bySource) return names.sort(byText);
  const all = await Promise.all(names.map((name) => ctx.port('fileServer').envs(name)));
  return [...new Set(all.flat())].sort(byText);
}

/** Files are looked up anew for every request, so there is nothing to read again; options are those of other backends. */
function update(ctx: Context, backend: Value, kwargs: PlainMap): boolean {
  const [unknown] = Object.keys(kwargs).filter((name) => !name.startsWith('__'));
  if (unknown !== undefined && backends(ctx, backend).includes('roots')) {
    throw new PythonError('TypeError', `update() got an unexpected keyword argument '${unknown}'`);
  }
  return true;
}

export default defineRunner({
  name: 'fileserver',
  doc: 'Shows what the master serves to minions, backend by backend.',
  functions: {
    envs: fn({
      doc: 'List the environments; with sources=True the backends that have some.\n\nsalt-run fileserver.envs',
      params: { backend: backendParam, sources: p.bool(false) },
      run: ({ backend, sources }, ctx) => envs(ctx, backend, sources),
    }),
    file_list: fn({
      doc: 'List the files of an environment.\n\nsalt-run fileserver.file_list saltenv=prod',
      params: listParams,
      run: (args, ctx) => listed(ctx, 'files', args),
    }),
    dir_list: fn({
      doc: 'List the directories of an environment.\n\nsalt-run fileserver.dir_list saltenv=prod',
      params: listParams,
      run: (args, ctx) => listed(ctx, 'dirs', args),
    }),
    empty_dir_list: fn({
      doc: 'List the directories of an environment that hold nothing.\n\nsalt-run fileserver.empty_dir_list',
      params: listParams,
      run: (args, ctx) => listed(ctx, 'emptyDirs', args),
    }),
    symlink_list: fn({
      doc: 'Give the symbolic links of an environment with their targets.\n\nsalt-run fileserver.symlink_list',
      params: listParams,
      run: (args, ctx) => symlinks(ctx, args),
    }),
    update: fn({
      doc: 'Have the backends look for what is new.\n\nsalt-run fileserver.update backend=roots',
      params: { backend: backendParam, kwargs: p.keywords() },
      run: ({ backend, kwargs }, ctx) => update(ctx, backend, kwargs),
    }),
    clear_file_list_cache: fn({
      doc: 'Forget lists of files, by backend and environment. Lists are made anew each time here, so that nothing is ever cleared.\n\nsalt-run fileserver.clear_file_list_cache',
      params: { saltenv: p.any(null), backend: backendParam },
      run: () => ({}),
    }),
    clear_cache: fn({
      doc: 'Empty the caches of backends that fetch from elsewhere; the backend roots has none.\n\nsalt-run fileserver.clear_cache',
      params: { backend: backendParam },
      run: () => 'No cache was cleared',
    }),
    clear_lock: fn({
      doc: 'Remove update locks of backends that fetch from elsewhere; the backend roots has none.\n\nsalt-run fileserver.clear_lock',
      params: lockParams,
      run: () => 'No locks were removed',
    }),
    lock: fn({
      doc: 'Set update locks on backends that fetch from elsewhere; the backend roots has none.\n\nsalt-run fileserver.lock',
      params: lockParams,
      run: () => 'No locks were set',
    }),
  },
});
