/** Functions for git's configuration, of a repository or of the user. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn } from '../../../kernel/contract/plugin.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { isTruthy, mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Done } from '../lookup/programs.js';
import { ACCOUNT, knownKeywords, name, OUTCOME, runGit, wordList, type Call } from './run.js';

interface SettingCall extends Call {
  readonly key: string;
  readonly cwd: string | null;
  readonly kwargs: PlainMap;
}

const key = p.string();
const value_regex = p.string(null);
const REST = { cwd: p.string(null), ...ACCOUNT, ...OUTCOME, kwargs: p.keywords() };

/** Where to look: `--global`, or the repository, which then has to be named. */
function placeOf(args: SettingCall): string[] {
  const isGlobal = isTruthy(args.kwargs['global'] ?? false);
  if (args.cwd === null && !isGlobal) throw new InvocationError("'cwd' argument required unless global=True");
  return [isGlobal ? '--global' : '--local'];
}

const ask = (how: string, args: SettingCall, more: readonly string[], ctx: Context): Promise<Done> =>
  runGit(['config', ...placeOf(args), how, name(args.key, 'key'), ...more], args, ctx, { failHard: false });

/** Null when there is no such key. */
async function valuesOf(args: SettingCall, ctx: Context): Promise<string[] | null> {
  const done = await ask('--get-all', args, [], ctx);
  return done.retcode === 1 ? null : splitLines(done.stdout);
}

async function get(args: SettingCall, ctx: Context): Promise<Value> {
  knownKeywords(args.kwargs, 'all', 'global');
  const found = await valuesOf(args, ctx);
  return found === null || isTruthy(args.kwargs['all'] ?? false) ? found : found.at(-1) ?? '';
}

async function getMatching(args: SettingCall & { value_regex: string | null }, ctx: Context): Promise<Value> {
  knownKeywords(args.kwargs, 'global');
  const done = await ask('--get-regexp', args, args.value_regex === null ? [] : [args.value_regex], ctx);
  const found = new Map<string, string[]>();
  for (const line of done.retcode === 1 ? [] : splitLines(done.stdout)) {
    const [, setting, value] = /^\s*(\S+)\s+(\S.*)$/.exec(line) ?? [];
    if (setting !== undefined && value !== undefined) found.set(setting, [...found.get(setting) ?? [], value]);
  }
  return mapFrom(found);
}

async function set(args: SettingCall & { value: string | null; multivar: Value }, ctx: Context): Promise<Value> {
  const { add = false } = knownKeywords(args.kwargs, 'add', 'global');
  const [place = ''] = placeOf(args);
  if (args.value !== null && args.multivar !== null) throw new InvocationError("Only one of 'value' and 'multivar' is permitted");
  const values = args.value === null ? wordList(args.multivar) : [args.value];
  for (const [at, value] of values.entries()) {
    const how = at > 0 || (args.value !== null && isTruthy(add)) ? '--add' : '--replace-all';
    await runGit(['config', ...(place === '--global' ? [place] : []), how, name(args.key, 'key'), value], args, ctx);
  }
  return valuesOf(args, ctx);
}

/** Exit codes of git for what cannot be removed. Source: read, git-config(1); texts observed, Salt 3008.3. */
async function unset(args: SettingCall & { value_regex: string | null }, ctx: Context): Promise<true> {
  const { all = false } = knownKeywords(args.kwargs, 'all', 'global');
  const [place = ''] = placeOf(args);
  const words = ['config', isTruthy(all) ? '--unset-all' : '--unset', place, name(args.key, 'key'), ...(args.value_regex === null ? [] : [args.value_regex])];
  const done = await runGit(words, args, ctx, { failHard: false });
  if (done.retcode === 0) return true;
  throw new CommandExecutionError(await whyNotUnset(done, args, ctx));
}

async function whyNotUnset({ retcode, stderr }: Done, args: SettingCall & { value_regex: string | null }, ctx: Context): Promise<string> {
  if (retcode === 1) return 'Section or key is invalid';
  if (retcode === 6) return 'The value_regex is invalid';
  if (retcode !== 5) return `Failed to unset key '${args.key}', git config returned exit code ${retcode}${stderr === '' ? '' : `; ${stderr}`}`;
  if (await valuesOf(args, ctx) === null) return `Key '${args.key}' does not exist`;
  return `Multiple values exist for key '${args.key}'${args.value_regex === null ? '' : ' and value_regex matches multiple values'}`;
}

const matching = fn({
  doc: "Give the settings with a name that fits, and their values.\n\nsalt '*' git.config_get_regexp user.name cwd=/path/to/repo",
  params: { key, value_regex, ...REST }, run: (args, ctx) => getMatching(args, ctx),
});

export const settingFunctions = {
  config_get: fn({
    doc: "Give the value of a setting, or all of them with `all`; `global` asks the user's.\n\nsalt '*' git.config_get user.email cwd=/path/to/repo",
    params: { key, ...REST }, run: (args, ctx) => get(args, ctx),
  }),
  config_get_regexp: matching,
  config_get_regex: matching,
  config_set: fn({
    doc: "Set one value or several of a setting.\n\nsalt '*' git.config_set user.email me@example.org cwd=/path/to/repo",
    params: { key, value: p.string(null), multivar: p.any(null), ...REST }, run: (args, ctx) => set(args, ctx),
  }),
  config_unset: fn({
    doc: "Remove a setting.\n\nsalt '*' git.config_unset /path/to/repo foo.bar",
    params: { key, value_regex, ...REST }, run: (args, ctx) => unset(args, ctx),
  }),
};
