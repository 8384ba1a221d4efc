/** Functions that make a repository, change its files and history. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn } from '../../../kernel/contract/plugin.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { ACCOUNT, cwd, FORM, gitOutput, homePath, IDENTITY, knownKeywords, name, optionWords, OUTCOME, runGit, wordList, type Call } from './run.js';

const rev = p.string('HEAD');
const filename = p.string();
const STATES: Readonly<Record<string, string>> = { M: 'modified', A: 'new', D: 'deleted', '??': 'untracked' };

/** `0660`, `true`, `group`: who shares the new repository. */
const sharedWord = (shared: Value): string => (typeof shared === 'number' ? `0${shared}` : typeof shared === 'string' ? shared : str(shared).toLowerCase());

async function archive(args: Call & { cwd: string; output: string; rev: string; prefix: string | null; kwargs: PlainMap }, ctx: Context): Promise<boolean> {
  const { format = null } = knownKeywords(args.kwargs, 'format');
  const folder = await homePath(args.cwd, args.user, ctx);
  const prefix = args.prefix === '' ? [] : ['--prefix', args.prefix ?? `${folder.split('/').at(-1) ?? ''}/`];
  const kind = format === null ? [] : ['--format', str(format)];
  await runGit(['archive', ...prefix, ...kind, '--output', await homePath(args.output, args.user, ctx), name(args.rev, 'rev')], args, ctx);
  return true;
}

function checkout(args: Call & { rev: string | null; force: boolean; opts: Value }, ctx: Context): Promise<string> {
  const opts = optionWords(args.opts);
  if (args.rev === null && !opts.includes('-b') && !opts.includes('-B')) throw new InvocationError("'rev' argument is required unless -b or -B in opts");
  const words = ['checkout', ...(args.force ? ['--force'] : []), ...opts, ...(args.rev === null ? [] : [name(args.rev, 'rev')])];
  return gitOutput(words, args, ctx, { mergeStderr: true });
}

function rebase(args: Call & { rev: string; opts: Value }, ctx: Context): Promise<string> {
  const opts = optionWords(args.opts);
  if (opts.some((word) => word === '-i' || word === '--interactive')) throw new InvocationError('Interactive rebases are not supported');
  return gitOutput(['rebase', ...opts, ...splitWords(args.rev).map((word) => name(word, 'rev'))], args, ctx);
}

async function status(args: Call, ctx: Context): Promise<PlainMap> {
  const found: Record<string, string[]> = {};
  for (const entry of (await gitOutput(['status', '-z', '--porcelain'], args, ctx)).split('\0')) {
    const [, state, file] = /^\s*(\S+)\s+(\S.*)$/s.exec(entry) ?? [];
    if (state !== undefined && file !== undefined) (found[STATES[state] ?? state] ??= []).push(file);
  }
  return found;
}

function tag(args: Call & { name: string; ref: string; message: string | null; opts: Value }, ctx: Context): Promise<string> {
  // A message is given with `-a`; without one git would open an editor.
  const opts = optionWords(args.opts).filter((word) => word !== '-a' && word !== '--annotate');
  if (opts.some((word) => word === '-m' || word.includes('--message'))) throw new InvocationError('Tag messages must be passed in the "message" argument');
  const removes = opts.includes('-d') || opts.includes('--delete');
  const words = ['tag', ...(args.message === null ? [] : ['-a', '-m', args.message]), ...opts, name(args.name, 'name'), ...(removes ? [] : [name(args.ref, 'ref')])];
  return gitOutput(words, args, ctx, { mergeStderr: true });
}

function symbolicRef(args: Call & { ref: string; value: string | null; opts: Value }, ctx: Context): Promise<string> {
  const opts = optionWords(args.opts);
  if (args.value !== null && opts.some((word) => word === '-d' || word === '--delete')) {
    throw new InvocationError('Value cannot be set for symbolic ref if -d/--delete is included in opts');
  }
  // Salt hands the value over letter by letter, which git refuses; here it is one word.
  return gitOutput(['symbolic-ref', ...opts, name(args.ref, 'ref'), ...(args.value === null || args.value === '' ? [] : [name(args.value, 'value')])], args, ctx);
}

interface DiffCall extends Call {
  readonly item1: string | null;
  readonly item2: string | null;
  readonly opts: Value;
  readonly no_index: boolean;
  readonly cached: boolean;
  readonly paths: Value;
}

async function diff(args: DiffCall, ctx: Context): Promise<string> {
  if (args.no_index && args.cached) throw new CommandExecutionError("The 'no_index' and 'cached' options cannot be used together");
  const items = [args.item1, args.item2].filter((item) => item !== null && item !== '').map((item) => name(item as string, 'item'));
  const used = args.no_index ? [] : args.cached ? items.slice(0, 1) : items;
  for (const item of items.slice(used.length)) ctx.log.warn({ revision: item }, 'revision ignored in git diff');
  const how = args.no_index ? ['--no-index'] : args.cached ? ['--cached'] : [];
  const paths = wordList(args.paths);
  const words = ['diff', ...optionWords(args.opts), ...how, ...used, ...(paths.length > 0 ? ['--', ...paths] : [])];
  // Files that differ are no failure where git is used for them alone.
  return gitOutput(words, { ...args, ignore_retcode: args.no_index }, ctx, { failHard: !args.no_index, mergeStderr: true });
}

interface BaseCall extends Call {
  readonly refs: Value;
  readonly octopus: boolean;
  readonly is_ancestor: boolean;
  readonly independent: boolean;
  readonly fork_point: Value;
  readonly opts: Value;
  readonly kwargs: PlainMap;
}

function basesAsked(args: BaseCall): { how: string[]; refs: string[] } {
  const { all = false } = knownKeywords(args.kwargs, 'all');
  const point = args.fork_point === null || args.fork_point === false || args.fork_point === '' ? undefined : str(args.fork_point);
  if (all === true && (args.independent || args.is_ancestor || point !== undefined)) {
    throw new InvocationError("The 'all' argument is not compatible with 'independent', 'is_ancestor', or 'fork_point'");
  }
  const refs = wordList(args.refs).map((ref) => name(ref.trim(), 'refs'));
  const kinds = [args.octopus ? '--octopus' : '', args.independent ? '--independent' : '', args.is_ancestor ? '--is-ancestor' : '', point === undefined ? '' : '--fork-point'].filter((kind) => kind !== '');
  if (kinds.length > 1) throw new InvocationError("Only one of 'octopus', 'independent', 'is_ancestor', and 'fork_point' is permitted");
  if (args.is_ancestor && refs.length !== 2) throw new InvocationError("Two refs/commits are required if 'is_ancestor' is True");
  if (point !== undefined && refs.length > 1) throw new InvocationError("At most one ref/commit can be passed if 'fork_point' is specified");
  return {
    how: [...optionWords(args.opts), ...(all === true ? ['--all'] : []), ...kinds, ...(point === undefined ? [] : [name(point, 'fork_point')])],
    refs: point !== undefined && refs.length === 0 ? ['HEAD'] : refs,
  };
}

async function mergeBase(args: BaseCall, ctx: Context): Promise<Value> {
  const { how, refs } = basesAsked(args);
  const done = await runGit(['merge-base', ...how, ...refs], args, ctx, { failHard: !args.is_ancestor });
  if (args.is_ancestor) return done.retcode === 0;
  const bases = splitLines(done.stdout);
  return how.includes('--all') ? bases : bases[0] ?? '';
}

export const workFunctions = {
  add: fn({
    doc: "Add a file to what the next commit has.\n\nsalt '*' git.add /path/to/repo foo/bar.py", params: { cwd, filename, ...FORM, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => gitOutput(['add', '--verbose', ...optionWords(args.opts).filter((word) => word !== '-v' && word !== '--verbose'), '--', args.filename], args, ctx),
  }),
  archive: fn({
    doc: "Write the files of a revision to an archive; `format` may name its kind.\n\nsalt '*' git.archive /path/to/repo /path/to/archive.tar",
    params: { cwd, output: p.string(), rev, prefix: p.string(null), git_opts: FORM.git_opts, ...ACCOUNT, ...OUTCOME, kwargs: p.keywords() }, run: (args, ctx) => archive(args, ctx),
  }),
  branch: fn({
    doc: "Make, rename or delete a branch.\n\nsalt '*' git.branch /path/to/repo newbranch", params: { cwd, name: p.string(null), ...FORM, ...ACCOUNT, ...OUTCOME },
    run: async (args, ctx) => {
      await runGit(['branch', ...optionWords(args.opts), ...(args.name === null ? [] : [name(args.name, 'name')])], args, ctx);
      return true;
    },
  }),
  checkout: fn({
    doc: "Check a branch or revision out.\n\nsalt '*' git.checkout /path/to/repo somebranch", params: { cwd, rev: p.string(null), force: p.bool(false), ...FORM, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => checkout(args, ctx),
  }),
  commit: fn({
    doc: "Commit what was added, or one file.\n\nsalt '*' git.commit /path/to/repo 'The commit message'", params: { cwd, message: p.string(), ...FORM, ...ACCOUNT, filename: p.string(null), ...OUTCOME },
    run: (args, ctx) => gitOutput(['commit', '-m', args.message, ...optionWords(args.opts), ...(args.filename === null || args.filename === '' ? [] : ['--', args.filename])], args, ctx),
  }),
  describe: fn({
    doc: "Give the tag next to a revision.\n\nsalt '*' git.describe /path/to/repo", params: { cwd, rev, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => gitOutput(['describe', '--always', name(args.rev, 'rev')], args, ctx),
  }),
  diff: fn({
    doc: "Give the differences of commits, the index and files.\n\nsalt '*' git.diff /path/to/repo HEAD~1 HEAD",
    params: {
      cwd, item1: p.string(null), item2: p.string(null), ...FORM, ...ACCOUNT, no_index: p.bool(false), cached: p.bool(false), paths: p.any(null), output_encoding: OUTCOME.output_encoding,
    },
    run: (args, ctx) => diff(args, ctx),
  }),
  discard_local_changes: fn({
    doc: "Set files back to what the index has.\n\nsalt '*' git.discard_local_changes /path/to/repo path=foo", params: { cwd, path: p.string('.'), ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => gitOutput(['checkout', '--', args.path], args, ctx, { mergeStderr: true }),
  }),
  init: fn({
    doc: "Make a repository.\n\nsalt '*' git.init /path/to/repo.git bare=True",
    params: { cwd, bare: p.bool(false), template: p.string(null), separate_git_dir: p.string(null), shared: p.any(null), ...FORM, ...ACCOUNT, ...OUTCOME },
    run: async (args, ctx) => {
      const words = [
        ...(args.bare ? ['--bare'] : []), ...(args.template === null ? [] : [`--template=${args.template}`]),
        ...(args.separate_git_dir === null ? [] : [`--separate-git-dir=${args.separate_git_dir}`]), ...(args.shared === null ? [] : [`--shared=${sharedWord(args.shared)}`]),
      ];
      return gitOutput(['init', ...words, ...optionWords(args.opts), await homePath(args.cwd, args.user, ctx)], { ...args, cwd: null }, ctx);
    },
  }),
  merge: fn({
    doc: "Merge a revision into the branch.\n\nsalt '*' git.merge /path/to/repo rev=upstream/foo",
    params: { cwd, rev: p.string(null), ...FORM, ...ACCOUNT, ...IDENTITY, ...OUTCOME, kwargs: p.keywords() },
    run: (args, ctx) => {
      knownKeywords(args.kwargs);
      return gitOutput(['merge', ...optionWords(args.opts), ...(args.rev === null || args.rev === '' ? [] : [name(args.rev, 'rev')])], args, ctx);
    },
  }),
  merge_base: fn({
    doc: "Give the commit from which revisions go apart; `all` gives each.\n\nsalt '*' git.merge_base /path/to/repo HEAD upstream/mybranch",
    params: {
      cwd, refs: p.any(null), octopus: p.bool(false), is_ancestor: p.bool(false), independent: p.bool(false), fork_point: p.any(null), ...FORM, ...ACCOUNT, ...OUTCOME, kwargs: p.keywords(),
    },
    run: (args, ctx) => mergeBase(args, ctx),
  }),
  merge_tree: fn({
    doc: "Show what a merge would change.\n\nsalt '*' git.merge_tree /path/to/repo HEAD upstream/dev", params: { cwd, ref1: p.string(), ref2: p.string(), base: p.string(null), ...ACCOUNT, ...OUTCOME },
    run: async (args, ctx) => {
      const refs = [name(args.ref1, 'ref1'), name(args.ref2, 'ref2')];
      const base = args.base ?? splitLines(await gitOutput(['merge-base', ...refs], args, ctx).catch((err: unknown) => {
        throw new CommandExecutionError(`Unable to determine merge base for ${args.ref1} and ${args.ref2}`, { cause: err });
      }))[0] ?? '';
      return gitOutput(['merge-tree', name(base, 'base'), ...refs], args, ctx);
    },
  }),
  rebase: fn({ doc: "Put the commits of the branch on top of a revision.\n\nsalt '*' git.rebase /path/to/repo master", params: { cwd, rev: p.string('master'), ...FORM, ...ACCOUNT, ...OUTCOME }, run: (args, ctx) => rebase(args, ctx) }),
  reset: fn({
    doc: "Set the branch back.\n\nsalt '*' git.reset /path/to/repo opts='--hard HEAD'", params: { cwd, ...FORM, ...ACCOUNT, ...IDENTITY, ...OUTCOME },
    run: (args, ctx) => gitOutput(['reset', ...optionWords(args.opts)], args, ctx),
  }),
  rev_parse: fn({
    doc: "Ask git what a revision or setting is.\n\nsalt '*' git.rev_parse /path/to/repo HEAD", params: { cwd, rev: p.string(null), ...FORM, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => gitOutput(['rev-parse', ...optionWords(args.opts), ...(args.rev === null ? [] : [name(args.rev, 'rev')])], args, ctx),
  }),
  revision: fn({
    doc: "Give the id of the commit that a revision is.\n\nsalt '*' git.revision /path/to/repo mybranch", params: { cwd, rev, short: p.bool(false), ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => gitOutput(['rev-parse', ...(args.short ? ['--short'] : []), name(args.rev, 'rev')], args, ctx),
  }),
  current_branch: fn({ doc: "Give the name of the branch, or HEAD.\n\nsalt '*' git.current_branch /path/to/repo", params: { cwd, ...ACCOUNT, ...OUTCOME }, run: (args, ctx) => gitOutput(['rev-parse', '--abbrev-ref', 'HEAD'], args, ctx) }),
  rm: fn({
    doc: "Remove a file, also from what the next commit has.\n\nsalt '*' git.rm /path/to/repo foo/bar.py", params: { cwd, filename, ...FORM, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => gitOutput(['rm', ...optionWords(args.opts), '--', args.filename], args, ctx),
  }),
  stash: fn({
    doc: "Put changes aside, or take them back.\n\nsalt '*' git.stash /path/to/repo action=pop", params: { cwd, action: p.string('save'), ...FORM, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => gitOutput(['stash', name(args.action, 'action'), ...optionWords(args.opts)], args, ctx),
  }),
  status: fn({ doc: "Give the changed files by kind of change.\n\nsalt '*' git.status /path/to/repo", params: { cwd, ...ACCOUNT, ...OUTCOME }, run: (args, ctx) => status(args, ctx) }),
  symbolic_ref: fn({
    doc: "Give, set or delete what a symbolic name stands for.\n\nsalt '*' git.symbolic_ref /path/to/repo HEAD", params: { cwd, ref: p.string(), value: p.string(null), ...FORM, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => symbolicRef(args, ctx),
  }),
  tag: fn({
    doc: "Make or delete a tag.\n\nsalt '*' git.tag /path/to/repo v0.1 message='Version 0.1'", params: { cwd, name: p.string(), ref: rev, message: p.string(null), ...FORM, ...ACCOUNT, ...OUTCOME },
    run: (args, ctx) => tag(args, ctx),
  }),
};
