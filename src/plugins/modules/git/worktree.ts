/** Functions for further folders in which a repository is checked out, and lists of references. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn } from '../../../kernel/contract/plugin.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { ACCOUNT, cwd, FORM, gitOutput, gitVersion, homePath, knownKeywords, name, optionWords, OUTCOME, runGit, type Call } from './run.js';

const output_encoding = p.string(null);

const isBefore = (version: string, wanted: readonly number[]): boolean => {
  const parts = version.split('.').map(Number);
  const at = wanted.findIndex((number, place) => (parts[place] ?? 0) !== number);
  return at >= 0 && (parts[at] ?? 0) < (wanted[at] ?? 0);
};

async function needWorktrees(ctx: Context): Promise<void> {
  const version = await gitVersion(ctx);
  if (isBefore(version, [2, 5, 0])) throw new CommandExecutionError(`Worktrees are only supported in git 2.5.0 and newer (detected git version: ${version})`);
}

/** A worktree has a file in place of the folder `.git`, which names that folder. */
async function isWorktree(args: Call & { cwd: string }, ctx: Context): Promise<boolean> {
  if ((await ctx.sys.fs.stat(await homePath(args.cwd, args.user, ctx)).catch(() => undefined))?.isDirectory() !== true) return false;
  const done = await runGit(['rev-parse', '--show-toplevel'], { ...args, ignore_retcode: true }, ctx, { failHard: false });
  if (done.retcode !== 0) return false;
  const path = `${done.stdout}/.git`;
  if ((await ctx.sys.fs.stat(path).catch(() => undefined))?.isFile() !== true) return false;
  return /^gitdir:\s+\//.test((await ctx.sys.readText(path)) ?? '');
}

interface Entry {
  readonly worktree: string;
  readonly HEAD: string;
  readonly branch: string;
}

/** Entries without one of the three facts (a bare repository) are left out. */
export function readWorktrees(text: string): Entry[] {
  return text.trim().split('\n\n').flatMap((block) => {
    const facts = new Map(block.split('\n').map((line) => {
      const [, type, value] = /^(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
      return type === undefined || value === undefined ? [line === 'detached' ? 'branch' : '', line] as const : [type, value] as const;
    }));
    const [worktree, HEAD, branch] = [facts.get('worktree'), facts.get('HEAD'), facts.get('branch')];
    return worktree === undefined || HEAD === undefined || branch === undefined ? [] : [{ worktree, HEAD, branch }];
  });
}

async function listWorktrees(args: Call & { cwd: string; stale: boolean; kwargs: PlainMap }, ctx: Context): Promise<Value> {
  await needWorktrees(ctx);
  const all = isTruthy(knownKeywords(args.kwargs, 'all')['all'] ?? false);
  if (all && args.stale) throw new CommandExecutionError("'all' and 'stale' cannot both be set to True");
  const found: [string, PlainMap][] = [];
  for (const { worktree, HEAD, branch } of readWorktrees(await gitOutput(['worktree', 'list', '--porcelain'], args, ctx))) {
    const stale = (await ctx.sys.fs.stat(worktree).catch(() => undefined))?.isDirectory() !== true;
    if (!all && stale !== args.stale) continue;
    const detached = branch === 'detached';
    const tags = detached ? splitLines(await gitOutput(['tag', '--points-at', HEAD], args, ctx)) : [];
    found.push([worktree, { stale, HEAD, detached, branch: detached ? null : branch.replace('refs/heads/', ''), ...(tags.length > 0 ? { tags } : {}) }]);
  }
  return mapFrom(found);
}

interface AddCall extends Call {
  readonly worktree_path: string;
  readonly ref: string | null;
  readonly reset_branch: Value;
  readonly force: Value;
  readonly detach: boolean;
  readonly opts: Value;
  readonly kwargs: PlainMap;
}

async function addWorktree(args: AddCall, ctx: Context): Promise<string> {
  await needWorktrees(ctx);
  const given = knownKeywords(args.kwargs, 'branch')['branch'] ?? null;
  if (isTruthy(given) && args.detach) throw new InvocationError("Only one of 'branch' and 'detach' is allowed");
  if (args.detach && isTruthy(args.force)) ctx.log.warn({}, "'force' argument to git.worktree_add is ignored when detach=True");
  const branch = isTruthy(given) ? str(given) : args.worktree_path.split('/').at(-1) ?? '';
  const how = args.detach ? ['--detach'] : [isTruthy(args.reset_branch) ? '-B' : '-b', name(branch, 'branch'), ...(isTruthy(args.force) ? ['--force'] : [])];
  const words = ['worktree', 'add', ...how, ...optionWords(args.opts), name(args.worktree_path, 'worktree_path'), ...(args.ref === null || args.ref === '' ? [] : [name(args.ref, 'ref')])];
  return gitOutput(words, args, ctx, { mergeStderr: true });
}

async function pruneWorktrees(args: Call & { dry_run: boolean; verbose: boolean; expire: string | null; opts: Value }, ctx: Context): Promise<string> {
  await needWorktrees(ctx);
  const words = [...(args.dry_run ? ['--dry-run'] : []), ...(args.verbose ? ['--verbose'] : []), ...(args.expire === null || args.expire === '' ? [] : ['--expire', args.expire])];
  const done = await runGit(['worktree', 'prune', ...words, ...optionWords(args.opts)], args, ctx);
  return isBefore(await gitVersion(ctx), [2, 35, 1]) ? done.stdout : done.stderr;
}

async function removeWorktree(args: { cwd: string; user: string | null; output_encoding: string | null }, ctx: Context): Promise<true> {
  await needWorktrees(ctx);
  const path = await homePath(args.cwd, args.user, ctx);
  if (!await ctx.sys.exists(path)) throw new CommandExecutionError(`${path} does not exist`);
  if (!await isWorktree({ cwd: path, output_encoding: args.output_encoding }, ctx)) throw new CommandExecutionError(`${path} is not a git worktree`);
  await ctx.sys.fs.rm(path, { recursive: true });
  return true;
}

const refs = async (folder: string, call: Call, ctx: Context): Promise<string[]> => splitLines(await gitOutput(['for-each-ref', '--format', '%(refname:short)', folder], call, ctx));

export const worktreeFunctions = {
  is_worktree: fn({ doc: "Say whether a folder is a further worktree.\n\nsalt '*' git.is_worktree /path/to/repo", params: { cwd, ...ACCOUNT, output_encoding }, run: (args, ctx) => isWorktree(args, ctx) }),
  list_branches: fn({
    doc: "List the branches, or those of remote repositories.\n\nsalt '*' git.list_branches /path/to/repo", params: { cwd, remote: p.bool(false), ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => refs(args.remote ? 'refs/remotes/' : 'refs/heads/', args, ctx),
  }),
  list_tags: fn({ doc: "List the tags.\n\nsalt '*' git.list_tags /path/to/repo", params: { cwd, ...ACCOUNT, ...OUTCOME }, run: (args, ctx) => refs('refs/tags/', args, ctx) }),
  list_worktrees: fn({
    doc: "Give the worktrees; with `all` also those whose folder is gone.\n\nsalt '*' git.list_worktrees /path/to/repo", params: { cwd, stale: p.bool(false), ...ACCOUNT, output_encoding, kwargs: p.keywords() },
    run: (args, ctx) => listWorktrees(args, ctx),
  }),
  version: fn({
    doc: "Give the version of git, as text or as numbers.\n\nsalt '*' git.version", params: { versioninfo: p.bool(false) },
    run: async ({ versioninfo }, ctx) => {
      const version = await gitVersion(ctx);
      return versioninfo ? version.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)) : version;
    },
  }),
  worktree_add: fn({
    doc: "Check the repository out in a further folder; `branch` names the new branch.\n\nsalt '*' git.worktree_add /path/to/repo /path/to/worktree ref=origin/main",
    params: {
      cwd, worktree_path: p.string(), ref: p.string(null), reset_branch: p.any(null), force: p.any(null), detach: p.bool(false), ...FORM, ...ACCOUNT, ...OUTCOME, kwargs: p.keywords(),
    },
    run: (args, ctx) => addWorktree(args, ctx),
  }),
  worktree_prune: fn({
    doc: "Forget worktrees whose folder is gone.\n\nsalt '*' git.worktree_prune /path/to/repo dry_run=True",
    params: { cwd, dry_run: p.bool(false), verbose: p.bool(true), expire: p.string(null), ...FORM, ...ACCOUNT, ...OUTCOME }, run: (args, ctx) => pruneWorktrees(args, ctx),
  }),
  worktree_rm: fn({ doc: "Remove a worktree.\n\nsalt '*' git.worktree_rm /path/to/worktree", params: { cwd, user: ACCOUNT.user, output_encoding }, run: (args, ctx) => removeWorktree(args, ctx) }),
};
