/** `file.patch`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { errorText } from '../../../../kernel/sys/file/os-error.js';
import { dirname, isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { expandUser, isDirectory, pathExists, statOf } from '../../../../kernel/sys/file/probe.js';
import { createTemporary } from '../../../../kernel/sys/file/temporary.js';
import { saltPath, withoutLogin } from '../../../../kernel/sys/file/url.js';
import { manageAlways } from '../content/managed.js';
import { managedArgs } from '../content/managed-params.js';
import { Refusal } from '../ground/answer.js';
import { environmentOf } from '../ground/checks.js';
import { patchOptions } from './patch-options.js';

export interface PatchWish {
  readonly source: Value;
  readonly source_hash: Value;
  readonly source_hash_name: Value;
  readonly skip_verify: Value;
  readonly template: Value;
  readonly context: Value;
  readonly defaults: Value;
  readonly options: string;
  readonly rejectFile: string | null;
  readonly strip: number | null;
  readonly saltenv: string | null;
}

/** Exit codes of patch. */
const TROUBLE = 2;
const NESTED_INDENT = 14;

interface Patching {
  readonly ctx: Context;
  readonly path: string;
  readonly patchFile: string;
  /** Options of the user. */
  readonly words: readonly string[];
  /** Of a folder only. */
  readonly stripping: readonly string[];
  readonly rejects: string;
  readonly keepsRejects: boolean;
}

interface Outcome {
  readonly retcode: number;
  readonly stderr: string;
  readonly all: PlainMap;
}

/** Warnings go to `warnings`. @throws Refusal */
export async function patch(ctx: Context, name: string, wish: PatchWish, warnings: string[]): Promise<PlainMap> {
  if (await ctx.sys.which('patch') === undefined) throw new Refusal('patch executable not found on minion');
  if (name === '') throw new Refusal('A file/directory to be patched is required');
  const path = await expandUser(ctx.sys, name);
  if (!isAbsolute(path)) throw new Refusal(`${path} is not an absolute path`);
  if (!await pathExists(ctx.sys, path)) throw new Refusal(`${path} does not exist`);
  if (wish.rejectFile !== null) await demandRejectFolder(ctx, wish.rejectFile);
  const options = patchOptions(wish.options);
  const source = await sourceOf(ctx, wish, warnings);
  const strip = options.strip ?? wish.strip;
  const temporary: string[] = [];
  const newFile = async (): Promise<string> => {
    const { path: made, handle } = await createTemporary(ctx.sys);
    await handle.close();
    temporary.push(made);
    return made;
  };
  try {
    const patchFile = await newFile();
    const fetched = await fetchPatch(ctx, { path, patchFile, source }, wish);
    if (fetched !== undefined) return fetched;
    const stripping = strip !== null && await isDirectory(ctx.sys, path) ? [`-p${strip}`] : [];
    const patching: Patching = {
      ctx, path, patchFile, words: options.words, stripping, rejects: wish.rejectFile ?? await newFile(), keepsRejects: wish.rejectFile !== null,
    };
    return await apply(patching, await newFile());
  } finally {
    for (const one of temporary) await ctx.sys.fs.rm(one, { force: true });
  }
}

async function demandRejectFolder(ctx: Context, rejectFile: string): Promise<void> {
  const folder = dirname(rejectFile);
  if (!isAbsolute(folder)) throw new Refusal(`'${rejectFile}' is not an absolute path`);
  if (await isDirectory(ctx.sys, folder)) return;
  throw new Refusal(`Parent directory for reject_file '${rejectFile}' either does not exist, or is not a directory`);
}

async function sourceOf(ctx: Context, { source, source_hash, saltenv }: PatchWish, warnings: string[]): Promise<Value> {
  let chosen: Value;
  try {
    const found = await ctx.call('file.source_list', [source, source_hash, environmentOf(ctx)]);
    chosen = Array.isArray(found) ? (found as readonly Value[])[0] ?? null : null;
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw new Refusal(error.message);
  }
  if (saltenv === null || chosen === null || !str(chosen).startsWith('salt://')) return chosen;
  const named = saltPath(str(chosen)).saltenv;
  if (named === null || named === saltenv) return `${str(chosen)}?saltenv=${saltenv}`;
  warnings.push("Ignoring 'saltenv' option in favor of saltenv included in the source URL.");
  return chosen;
}

/** Brings the patch into its file; the answer when that fails. Differs: it is named after what is patched, Salt's after the temporary file. */
async function fetchPatch(ctx: Context, place: { path: string; patchFile: string; source: Value }, wish: PatchWish): Promise<PlainMap | undefined> {
  const { path, patchFile, source } = place;
  const { source_hash, source_hash_name, skip_verify, template, context, defaults } = wish;
  try {
    const answer = await manageAlways(ctx, patchFile, managedArgs({ source, source_hash, source_hash_name, skip_verify, template, context, defaults }));
    return ctx.test || answer['result'] !== false ? undefined : { ...answer, name: path };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof Refusal) return ctx.test ? undefined : failed(path, error.message);
    throw new Refusal(`Failed to cache patch file ${withoutLogin(str(source))}: ${errorText(error)}`);
  }
}

async function run({ ctx, path, words }: Patching, file: string, options: readonly string[], dryRun = false): Promise<Outcome> {
  const told = await ctx.call('file.patch', [path, file], { options: [...words, ...options], dry_run: dryRun });
  const all = isPlainMap(told) ? told : {};
  return { all, retcode: Number(all['retcode'] ?? 1), stderr: str(all['stderr'] ?? '') };
}

async function apply(patching: Patching, output: string): Promise<PlainMap> {
  const { ctx, path, patchFile, stripping, rejects } = patching;
  // Older programs write their output to regular files only, so not to /dev/null.
  const tried = await run(patching, patchFile, ['-N', '-r', rejects, '-o', output, ...stripping]);
  if (tried.retcode !== 0) return explain(patching, tried);
  if (ctx.test) return wouldChange(path, 'The patch would be applied', tried.all);
  const made = await run(patching, patchFile, stripping);
  return made.retcode === 0 ? done(path, 'Patch successfully applied', made.all) : failed(path, 'Failed to apply patch', made.all);
}

/** The patch does not apply: it may have been applied before. */
async function explain(patching: Patching, tried: Outcome): Promise<PlainMap> {
  const { ctx, path, rejects, keepsRejects } = patching;
  const size = (await statOf(ctx.sys, rejects))?.size ?? 0n;
  if (size === 0n) return failed(path, tried.stderr);
  const backwards = await run(patching, rejects, ['-R', '-f'], true);
  if (tried.retcode === TROUBLE && isTruthy(tried.stderr)) return failed(path, tried.stderr);
  if (backwards.retcode === 0) return done(path, 'Patch was already applied');
  const advice = keepsRejects ? '' : ' Run state again using the reject_file option to save rejects to a persistent file.';
  // Observed: `--out` of the command line goes before what a state asks for.
  const { output } = ctx.opts;
  const outputter = typeof output === 'string' && output !== '' && output !== 'highstate' ? output : 'nested';
  const shown = await ctx.port('output').format(tried.all, outputter, { ...ctx.opts, color: false, nested_indent: NESTED_INDENT });
  return failed(path, `Patch would not apply cleanly, no changes made. Results of dry-run are below.${advice}\n\n${shown ?? ''}`);
}
