/** `file.managed`: checks what was asked for, then has the module `file` do it. Start at `manage`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { done } from '../../../../kernel/contract/state.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';
import { errorText } from '../../../../kernel/sys/file/os-error.js';
import { isDirectory, isRegularFile, pathExists } from '../../../../kernel/sys/file/probe.js';
import { Refusal, type Answer } from '../ground/answer.js';
import { gatheredFor } from '../ground/accumulators.js';
import { demandAbsolute, demandAccounts, userOf } from '../ground/checks.js';
import { alignRights } from './align-rights.js';
import { contentsOf } from './contents.js';
import { foretell } from './foretell.js';
import { isCurrent } from './is-current.js';
import type { ManagedArgs } from './managed-params.js';
import { putInPlace } from './put-in-place.js';
import { environment, type Target } from './target.js';

/**
 * Differs: lists of sources with hashes (`[{address: hash}]`) and the diff of a new file in a test run work here; 3008.3 fails with an
 * AttributeError and a KeyError.
 *
 * @throws Refusal
 */
export async function manage(ctx: Context, path: string, args: ManagedArgs): Promise<PlainMap> {
  const wanted = await targetOf(ctx, path, args);
  return 'ctx' in wanted ? reach(wanted as Target) : wanted;
}

/** What is wanted; the answer where there is nothing to do. @throws Refusal */
async function targetOf(ctx: Context, path: string, args: ManagedArgs): Promise<Target | Answer> {
  if (path === '') throw new Refusal('Destination file name is required');
  const begun = await beginning(ctx, path, args);
  const keepMode = typeof args.mode === 'string' && args.mode.toLowerCase() === 'keep';
  refuseMixture(args, keepMode);
  const contents = await contentsOf(ctx, args);
  const user = userOf(ctx, args.user, args.kwargs);
  if (!isTruthy(args.create) && !await isRegularFile(ctx.sys, path)) {
    return { ...begun, comment: `File ${path} is not present and is not set for creation` };
  }
  await demandAccounts(ctx, user, args.group);
  demandAbsolute(path);
  if (await isDirectory(ctx.sys, path)) throw new Refusal(`Specified target ${path} is a directory`);
  if (args.context !== null && !isPlainMap(args.context)) throw new Refusal('Context must be formed as a dict');
  if (isTruthy(args.defaults) && !isPlainMap(args.defaults)) throw new Refusal('Defaults must be formed as a dict');
  return {
    ctx, path, args, contents, user, keepMode, begun, source: args.source, sourceHash: args.source_hash,
    mode: keepMode ? null : normalizeMode(args.mode), context: contextOf(ctx, path, args.context), selinux: selinuxOf(args.selinux),
  };
}

async function beginning(ctx: Context, path: string, args: ManagedArgs): Promise<Answer> {
  const answer: Answer = { ...done(path, ''), name: path, comment: '', changes: {}, result: true };
  if ('file_mode' in args.kwargs) {
    answer['warnings'] = ["The 'file_mode' argument will be ignored.  Please use 'mode' instead to set file permissions."];
  }
  if (!isTruthy(args.signature) && !isTruthy(args.source_hash_sig)) return answer;
  if (await ctx.has(`${args.sig_backend}.verify`)) return answer;
  // Salt notes this and goes on: nothing it does later makes the result true again.
  return { ...answer, result: false, comment: `Cannot verify signatures because the ${args.sig_backend} module was not loaded` };
}

/** @throws Refusal when content is asked for in more than one way */
function refuseMixture({ source, contents, contents_pillar, contents_grains }: ManagedArgs, keepMode: boolean): void {
  const given = [contents, contents_pillar, contents_grains].filter((value) => value !== null).length;
  const withContents = "cannot be used in combination with 'contents', 'contents_pillar', or 'contents_grains'";
  if (isTruthy(source) && given > 0) throw new Refusal(`'source' ${withContents}`);
  if (keepMode && given > 0) throw new Refusal(`Mode preservation ${withContents}`);
  if (given > 1) throw new Refusal("Only one of 'contents', 'contents_pillar', and 'contents_grains' is permitted");
}

function selinuxOf(wish: Value): PlainMap {
  const { seuser = null, serole = null, setype = null, serange = null } = isPlainMap(wish) ? wish : {};
  return { seuser, serole, setype, serange };
}

/** What was accumulated for the file stands in the context of its template. */
function contextOf(ctx: Context, path: string, given: Value): PlainMap {
  const context = isPlainMap(given) ? given : {};
  const gathered = gatheredFor(ctx, path);
  return gathered === undefined ? context : { ...context, accumulator: Object.fromEntries(gathered.texts) };
}

async function reach(wanted: Target): Promise<PlainMap> {
  const { ctx, path, args } = wanted;
  const hasContent = isTruthy(wanted.source) || wanted.contents !== null;
  const replaces = isTruthy(args.replace) && hasContent && !await isCurrent(wanted);
  if (!replaces && await pathExists(ctx.sys, path)) return alignRights(wanted);
  return ctx.test ? explained(wanted, () => foretell(wanted)) : putChosen(wanted);
}

/** What the module `file` refuses is a failure of the state. */
async function explained<T>({ begun }: Target, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw new Refusal(`Unable to manage file: ${errorText(error)}`, begun.changes);
  }
}

/** With the first source that is there. @throws Refusal */
async function putChosen(wanted: Target): Promise<PlainMap> {
  const chosen = await explained(wanted, () => wanted.ctx.call('file.source_list', [wanted.source, wanted.sourceHash, environment(wanted)]));
  const [source = null, sourceHash = null] = Array.isArray(chosen) ? chosen as readonly Value[] : [];
  return putInPlace({ ...wanted, source, sourceHash });
}

/** Writes the content at once, in test runs, too: for a file that the state itself needs. @throws Refusal */
export async function manageAlways(ctx: Context, path: string, args: ManagedArgs): Promise<PlainMap> {
  const wanted = await targetOf(ctx, path, args);
  return 'ctx' in wanted ? putChosen(wanted as Target) : wanted;
}
