/** How git is run: as whom, with which key, and what its failure reads like. Source: read and observed, Salt 3008.3. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { redacted } from '../../../kernel/std/http-login.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import type { Done } from '../lookup/programs.js';
import { identityEnvironments } from './identity.js';

/** Parameters that most functions have, in this order. */
export const FORM = { opts: p.any('', 'options of the git command'), git_opts: p.any('', 'options of git itself') };
export const ACCOUNT = { user: p.string(null, 'run as this user'), password: p.any(null, 'used on Windows alone') };
export const IDENTITY = { identity: p.any(null, 'private key for ssh, or a list of them') };
export const OUTCOME = { ignore_retcode: p.bool(false), output_encoding: p.string(null) };
export const cwd = p.string();

/** What a call has of them. */
export interface Call {
  readonly cwd?: string | null;
  readonly user?: string | null;
  readonly git_opts?: Value;
  readonly identity?: Value;
  readonly saltenv?: string;
  readonly ignore_retcode?: boolean;
  readonly output_encoding?: string | null;
}

export interface RunGit {
  /** False: a failure is given back, not thrown. */
  readonly failHard?: boolean;
  readonly mergeStderr?: boolean;
}

/** Options as text or list; a `--` at the end is put there by who needs it. */
export function optionWords(opts: Value): string[] {
  if (opts === null || opts === '') return [];
  if (Array.isArray(opts)) return (opts as readonly Value[]).map(str);
  const words = typeof opts === 'string' ? splitWords(opts) : [str(opts)];
  return words.at(-1) === '--' ? words.slice(0, -1) : words;
}

/** A name of something that git must not take as an option; a dash alone is the branch before. */
export function name(value: string, what: string): string {
  if ((value.startsWith('-') && value !== '-') || value.includes('\0')) throw new InvocationError(`Argument '${what}' must not begin with a dash: '${value}'`);
  return value;
}

/** A path as the user given would write it: relative ones begin at his home. */
export async function homePath(path: string, user: string | null | undefined, ctx: Context): Promise<string> {
  const isUser = user !== null && user !== undefined && user !== '';
  const home = isUser ? (await ctx.sys.userByName(user))?.home ?? `~${user}` : ctx.sys.env['HOME'] ?? homedir();
  return path.startsWith('/') ? path : join(home, path);
}

/** Runs `git <git_opts> <words>` in the folder of the call. @throws CommandExecutionError */
export async function runGit(words: readonly string[], call: Call, ctx: Context, options: RunGit = {}): Promise<Done> {
  const argv = ['git', ...optionWords(call.git_opts ?? ''), ...words];
  const { failHard = true, mergeStderr = false } = options;
  const folder = call.cwd === null || call.cwd === undefined ? null : await homePath(call.cwd, call.user, ctx);
  // Salt blackens what it logs of addresses; here nothing of a command with one is logged.
  const secret = argv.some((word) => redacted(word) !== word);
  const run = async (env: PlainMap): Promise<Done> => await ctx.call('cmd.run_all', [argv], {
    cwd: folder, runas: call.user ?? null, env: { GIT_TERMINAL_PROMPT: '0', ...env }, python_shell: false, ignore_retcode: call.ignore_retcode ?? false, redirect_stderr: mergeStderr,
    output_encoding: call.output_encoding ?? null, ...(secret ? { output_loglevel: 'quiet' } : {}),
  }) as unknown as Done;
  if (isTruthy(call.identity ?? null)) return withIdentities(run, call, ctx, options);
  const done = await run({});
  if (done.retcode === 0 || !failHard) return done;
  throw new CommandExecutionError(`Command '${redacted(argv.join(' '))}' failed${failureText(done, mergeStderr)}`);
}

function failureText(done: Done, mergeStderr: boolean): string {
  const text = mergeStderr ? done.stdout : done.stderr;
  return text === '' ? '' : `: ${redacted(text)}`;
}

/** Tries one key after the other until the server takes one. */
async function withIdentities(run: (env: PlainMap) => Promise<Done>, call: Call, ctx: Context, { failHard = true, mergeStderr = false }: RunGit): Promise<Done> {
  const errors: string[] = [];
  let last: Done | undefined;
  await using keys = await identityEnvironments(call.identity ?? null, call, ctx);
  for (const key of keys.usable) {
    if (key.problem !== undefined) errors.push(key.problem);
    else {
      last = await run(key.env);
      if (last.retcode === 0) return last;
      const text = mergeStderr ? last.stdout : last.stderr;
      if (text !== '') errors.push(redacted(text));
    }
  }
  if (last !== undefined && !failHard) return last;
  const missing = keys.missing.length === 0 ? '' : `${errors.length > 0 ? '\n\n' : ''}The following identity file(s) were not found: ${keys.missing.join(', ')}`;
  throw new CommandExecutionError(`Unable to authenticate using identity file:\n\n${errors.join('\n')}${missing}`);
}

export const gitOutput = async (words: readonly string[], call: Call, ctx: Context, options: RunGit = {}): Promise<string> => (await runGit(words, call, ctx, options)).stdout;

/** Keyword arguments that a function knows by names that are words of Python. @throws InvocationError for others */
export function knownKeywords(kwargs: PlainMap, ...known: readonly string[]): PlainMap {
  const wrong = Object.entries(kwargs).filter(([key]) => !key.startsWith('__') && !known.includes(key));
  if (wrong.length > 0) throw new InvocationError(`The following keyword arguments are not valid: ${wrong.map(([key, value]) => `${key}=${str(value)}`).join(', ')}`);
  return kwargs;
}

/** Names from a list or separated by commas. */
export const wordList = (value: Value): string[] => (value === null ? [] : Array.isArray(value) ? (value as readonly Value[]).map(str) : str(value).split(','));

export async function gitVersion(ctx: Context): Promise<string> {
  const known = ctx.memory.get('git.version');
  if (typeof known === 'string') return known;
  const text = await gitOutput(['--version'], {}, ctx).catch((err: unknown) => {
    ctx.log.error({ err }, 'version of git not known');
    return 'unknown';
  });
  const version = text.split('(')[0]?.split('.windows')[0]?.trim().split(/\s+/).at(-1) ?? 'unknown';
  ctx.memory.set('git.version', version);
  return version;
}
