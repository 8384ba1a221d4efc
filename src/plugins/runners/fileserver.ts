/** Shows what the master serves to minions, backend by backend. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const backendParam = p.any(null, 'backends, a list or separated by commas; with a minus sign: all but these');
const listParams = { saltenv: p.any('base'), backend: backendParam };
const lockParams = { backend: backendParam, remote: p.any(null, 'only remotes whose address fits this glob') };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Enabled backends, those named of them, or all without those named with a minus. */
async function backends(ctx: Context, wanted: Value): Promise<string[]> {
  const enabled = ctx.opts['fileserver_backend'];
  const given = isTruthy(wanted) ? wanted : (enabled ?? []);
  const names = isList(given) ? given.map(String) : str(given).split(',');
  const there = await ctx.port('fileServer').backends();
  if (!names.every((name) => name.startsWith('-'))) return names.filter((name) => there.includes(name));
  const dropped = new Set(names.map((name) => name.slice(1)));
  return (isList(enabled) ? enabled.map(String) : []).filter((name) => there.includes(name) && !dropped.has(name));
}

async function listed(ctx: Context, kind: 'files' | 'dirs' | 'emptyDirs', { saltenv, backend }: { saltenv: Value; backend: Value }): Promise<string[]> {
  const all = new Set<string>();
  for (const name of await backends(ctx, backend)) for (const path of await ctx.port('fileServer').list(name, kind, str(saltenv))) all.add(path);
  return [...all].sort(byText);
}

async function symlinks(ctx: Context, { saltenv, backend }: { saltenv: Value; backend: Value }): Promise<PlainMap> {
  let all: PlainMap = {};
  for (const name of await backends(ctx, backend)) all = { ...all, ...await ctx.port('fileServer').symlinks(name, str(saltenv)) };
  return all;
}

async function envs(ctx: Context, backend: Value, bySource: boolean): Promise<string[]> {
  const names = await backends(ctx, backend);
  // Salt sorts the mapping by source, which leaves the names of the sources.
  if (bySource) return names.sort(byText);
  const all = await Promise.all(names.map((name) => ctx.port('fileServer').envs(name)));
  return [...new Set(all.flat())].sort(byText);
}

/** Words of remotes: a list, or text with commas. */
function remotesOf(given: Value | undefined): string[] {
  if (given === undefined || given === null) return [];
  return isList(given) ? given.map(str) : str(given).split(',').map((word) => word.trim()).filter((word) => word !== '');
}

/** Backends that have no remotes refuse to hear of them, with Python's words. `remote` is taken for `remotes`, as other functions name it so. */
async function update(ctx: Context, backend: Value, kwargs: PlainMap): Promise<boolean> {
  const own = Object.entries(kwargs).filter(([name]) => !name.startsWith('__'));
  const remotes = own.filter(([name]) => name === 'remotes' || name === 'remote').flatMap(([, value]) => remotesOf(value));
  for (const name of await backends(ctx, backend)) {
    const unknown = own.find(([word]) => !(WITH_REMOTES.has(name) && (word === 'remotes' || word === 'remote')));
    if (unknown !== undefined) throw new PythonError('TypeError', `update() got an unexpected keyword argument '${unknown[0]}'`);
    await ctx.port('fileServer').update(name, remotes);
  }
  return true;
}

const WITH_REMOTES = new Set(['git', 'gitfs']);

/** What was done and what failed, or a sentence when nothing was. */
function told(word: 'cleared' | 'locked', done: readonly string[], failed: readonly string[], nothing: string): Value {
  if (done.length === 0 && failed.length === 0) return nothing;
  return { ...(done.length === 0 ? {} : { [word]: [...done] }), ...(failed.length === 0 ? {} : { errors: [...failed] }) };
}

async function clearCache(ctx: Context, backend: Value): Promise<Value> {
  const done: string[] = [];
  const failed: string[] = [];
  for (const name of await backends(ctx, backend)) {
    const errors = await ctx.port('fileServer').clearCache(name);
    if (errors === undefined) continue;
    if (errors.length === 0) done.push(`The ${name} fileserver cache was successfully cleared`);
    failed.push(...errors);
  }
  return told('cleared', done, failed, 'No cache was cleared');
}

async function locks(ctx: Context, action: 'lock' | 'clearLock', { backend, remote }: { backend: Value; remote: Value }): Promise<{ done: string[]; failed: string[] }> {
  const done: string[] = [];
  const failed: string[] = [];
  for (const name of await backends(ctx, backend)) {
    if (action === 'lock' && isTruthy(remote) && typeof remote !== 'string') {
      failed.push(`Badly formatted remote pattern '${str(remote)}'`);
      continue;
    }
    const answer = await ctx.port('fileServer')[action](name, isTruthy(remote) ? str(remote) : undefined);
    done.push(...answer?.done ?? []);
    failed.push(...answer?.failed ?? []);
  }
  return { done, failed };
}

async function lock(ctx: Context, args: { backend: Value; remote: Value }): Promise<Value> {
  const { done, failed } = await locks(ctx, 'lock', args);
  return told('locked', done, failed, 'No locks were set');
}

async function clearLock(ctx: Context, args: { backend: Value; remote: Value }): Promise<Value> {
  const { done, failed } = await locks(ctx, 'clearLock', args);
  return told('cleared', done, failed, 'No locks were removed');
}

/** Environments by backend whose lists were kept. */
async function clearLists(ctx: Context, saltenv: Value, backend: Value): Promise<PlainMap> {
  const wanted = saltenv === null ? undefined : (isList(saltenv) ? saltenv.map(str) : str(saltenv).split(',').map((env) => env.trim()));
  const cleared: PlainMap = {};
  for (const name of await backends(ctx, backend)) {
    const envs = await ctx.port('fileServer').clearListCache(name, wanted);
    if (envs.length > 0) cleared[name] = [...envs].sort(byText);
  }
  return cleared;
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
      doc: 'Have the backends look for what is new; with remotes=name,url only at these.\n\nsalt-run fileserver.update backend=gitfs remotes=formulas',
      params: { backend: backendParam, kwargs: p.keywords() },
      run: ({ backend, kwargs }, ctx) => update(ctx, backend, kwargs),
    }),
    clear_file_list_cache: fn({
      doc: 'Forget kept lists of files; gives the environments by backend.\n\nsalt-run fileserver.clear_file_list_cache saltenv=base',
      params: { saltenv: p.any(null), backend: backendParam },
      run: ({ saltenv, backend }, ctx) => clearLists(ctx, saltenv, backend),
    }),
    clear_cache: fn({
      doc: 'Empty the caches of backends that fetch from elsewhere.\n\nsalt-run fileserver.clear_cache backend=gitfs',
      params: { backend: backendParam },
      run: ({ backend }, ctx) => clearCache(ctx, backend),
    }),
    clear_lock: fn({
      doc: "Remove update locks of remotes; `remote` is a glob over their addresses.\n\nsalt-run fileserver.clear_lock remote='*github*'",
      params: lockParams,
      run: (args, ctx) => clearLock(ctx, args),
    }),
    lock: fn({
      doc: "Set update locks: the remotes are not fetched until clear_lock.\n\nsalt-run fileserver.lock remote='*github*'",
      params: lockParams,
      run: (args, ctx) => lock(ctx, args),
    }),
  },
});
