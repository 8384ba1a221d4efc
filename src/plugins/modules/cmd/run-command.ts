/**
 * Runs one command as Salt's `cmd` functions do: who, where, with which environment, through a shell or not; then the
 * texts, exit code and log lines they give. Start at `runCommand`.
 *
 * Source: observed, Salt 3008.3; golden: cli/salt-cmd-*, cli/call-cmd-*.
 */
import { constants } from 'node:fs';
import { CommandExecutionError, CommandNotFoundError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import type { RunOptions, RunResult } from '../../../kernel/contract/sys.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { stripEnd } from '../../../kernel/std/python-space.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isNumber, isTruthy, typeName, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { commandEnvironment } from './environment.js';
import { outputLog, type OutputLog } from './log-level.js';
import { outputText } from './output-text.js';
import { DEFAULT_SHELL, type CommandRequest } from './request.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { renderedWords } from '../shared/rendered-words.js';
import { readSuccess, type Success } from './success.js';

export type CommandResult = {
  readonly pid: number;
  /** Null for a command that still runs. */
  readonly retcode: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A request whose questions are all answered. */
interface Plan {
  readonly request: CommandRequest;
  readonly words: readonly [string, ...string[]];
  /** The command as messages show it. */
  readonly shown: string;
  readonly cwd: string;
  readonly options: RunOptions;
  readonly success: Success;
  readonly log: OutputLog;
}

/**
 * @throws CommandExecutionError when the command cannot be started as asked
 * @throws InvocationError when the success codes are no numbers
 */
export async function runCommand(given: CommandRequest, ctx: Context): Promise<CommandResult> {
  const request = given.runas === null && ctx.runas !== undefined ? { ...given, runas: ctx.runas } : given;
  const plan = await planOf(request, ctx);
  const done = await start(plan, ctx);
  const result = resultOf(plan, done, ctx);
  // Salt keeps the job's code as it was when a command without a terminal ran out of time.
  if (!done.timedOut || request.useVt) ctx.setRetcode(request.ignoreRetcode || request.background ? 0 : result.retcode ?? 1);
  if (!done.timedOut || request.useVt) logResult(plan, result, ctx);
  return result;
}

/** The first word of a command: all that logs may show of it, since further words can be secrets. */
export function commandName(cmd: Value): string {
  const first = Array.isArray(cmd) ? (cmd as readonly Value[])[0] : str(cmd).trim().split(/\s+/)[0];
  if (first === undefined || (first === '' && !Array.isArray(cmd))) throw new PythonError('IndexError', 'list index out of range');
  return str(first).trim();
}

async function planOf(request: CommandRequest, ctx: Context): Promise<Plan> {
  const { runas } = request;
  const log = outputLog(request.outputLoglevel, ctx);
  const shell = await usableShell(request, log, ctx);
  const { cmd, cwd } = await renderedRequest(request, request.cwd ?? (await homeFolder(runas, ctx)), ctx);
  if (request.checked) await refuseForbidden(cmd, ctx);
  logStart(request, cwd, log, ctx);
  await checkIdentity(request, ctx);
  const env = await commandEnvironment(request, ctx);
  const umask = readUmask(request.umask);
  await checkFolder(cwd, ctx);
  const split = request.pythonShell || Array.isArray(cmd) ? undefined : typeof cmd === 'string' ? splitWords(cmd) : undefined;
  return {
    request, cwd, log, success: readSuccess(request),
    words: wordsOf(split ?? cmd, request.pythonShell, shell),
    shown: split === undefined ? str(cmd) : repr(split),
    options: {
      cwd, env, cleanEnv: request.cleanEnv, mergeStderr: request.mergeStderr, signal: ctx.signal, detached: request.background,
      ...(runas === null ? {} : { runas }), ...(request.group === null ? {} : { group: request.group }),
      ...(umask === undefined ? {} : { umask }), ...stdinOf(request), ...timeoutOf(request.timeout),
    },
  };
}

/** The command and its folder, from their templates where an engine is named. */
async function renderedRequest({ cmd, template, saltenv, pillar }: CommandRequest, cwd: string, ctx: Context): Promise<{ cmd: Value; cwd: string }> {
  if (template === null) return { cmd, cwd };
  if (typeof cmd !== 'string') throw new InvocationError(`A command that is a template is a text, not a ${typeName(cmd)}`);
  const [command, folder] = await renderedWords(ctx, [cmd, cwd], template, { saltenv: saltenv ?? str(ctx.opts['saltenv'] ?? 'base'), ...pillar });
  return { cmd: command, cwd: folder };
}

/** The shell must exist even when the command needs none, as in Salt. */
async function usableShell({ shell }: CommandRequest, log: OutputLog, ctx: Context): Promise<string> {
  if (shell === null) return '/bin/sh';
  const listed = await ctx.sys.readText('/etc/shells');
  const known = listed === undefined || listed.split('\n').some((line) => !line.startsWith('#') && line === shell);
  if (!known && !log.quiet) {
    ctx.log.warn({}, `Attempt to run a shell command with what may be an invalid shell! Check to ensure that the shell <${shell}> is valid for this user.`);
  }
  if (await isProgram(shell, ctx)) return shell;
  // The default of real Salt is the shell of the machine; a system without bash has another one.
  const own = ctx.grains['shell'];
  if (shell === DEFAULT_SHELL && typeof own === 'string' && own !== shell && (await isProgram(own, ctx))) return own;
  throw new CommandExecutionError(`The shell ${shell} is not available`);
}

async function isProgram(path: string, ctx: Context): Promise<boolean> {
  const stat = await ctx.sys.fs.stat(path).catch(() => undefined);
  return stat?.isFile() === true && (stat.mode & 0o111) !== 0;
}

async function homeFolder(runas: string | null, ctx: Context): Promise<string> {
  const own = ctx.sys.env['HOME'] ?? (await ctx.sys.userById(process.getuid?.() ?? 0))?.home;
  const home = runas === null ? own : (await ctx.sys.userByName(runas))?.home;
  if (home === undefined) return '/';
  const stat = await ctx.sys.fs.stat(home).catch(() => undefined);
  const readable = await ctx.sys.fs.access(home, constants.R_OK).then(() => true, () => false);
  return stat?.isDirectory() === true && readable ? home : '/';
}

/** Lists of shell patterns in the configuration; only jobs are held to them, as in Salt. */
async function refuseForbidden(cmd: Value, ctx: Context): Promise<void> {
  const text = Array.isArray(cmd) ? (cmd as readonly Value[]).map(str).join(' ') : str(cmd);
  const patterns = async (name: string): Promise<string[]> => {
    const value = await ctx.call('config.get', [name]);
    return Array.isArray(value) ? (value as readonly Value[]).map(str) : isTruthy(value) ? [str(value)] : [];
  };
  const forbidden = (await patterns('cmd_blacklist_glob')).some((pattern) => fnmatch(text, pattern));
  const permitted = await patterns('cmd_whitelist_glob');
  if (forbidden || (permitted.length > 0 && !permitted.some((pattern) => fnmatch(text, pattern)))) {
    throw new CommandExecutionError(`The shell command "${str(cmd)}" is not permitted`);
  }
}

function logStart({ cmd, runas, group, background }: CommandRequest, cwd: string, log: OutputLog, ctx: Context): void {
  const quote = Array.isArray(cmd) ? '' : "'";
  const name = commandName(cmd);
  if (log.quiet) return;
  const who = `${runas === null ? '' : `as user '${runas}' `}${group === null ? '' : `in group '${group}' `}`;
  const end = background ? '. Executing command in the background, no output will be logged.' : '';
  ctx.log.info({}, `Executing command ${quote}${name}${quote} ${who}in directory '${cwd}'${end}`);
}

async function checkIdentity({ runas, group }: CommandRequest, ctx: Context): Promise<void> {
  if (runas !== null && (await ctx.sys.userByName(runas)) === undefined) {
    throw new CommandExecutionError(`User '${runas}' is not available`);
  }
  if (group === null) return;
  if ((await ctx.sys.which('sudo')) === undefined) throw new CommandExecutionError('group argument requires sudo but not found');
  // Salt names the user here, not the group.
  if ((await ctx.sys.groupByName(group)) === undefined) throw new CommandExecutionError(`Group '${runas ?? 'None'}' is not available`);
}

function readUmask(umask: Value): number | undefined {
  if (umask === null) return undefined;
  const digits = str(umask).replace(/^0+/, '');
  if (digits === '') throw new CommandExecutionError('Zero umask is not allowed.');
  if (!/^[0-7]{1,4}$/.test(digits)) throw new CommandExecutionError(`Invalid umask: '${str(umask)}'`);
  return Number.parseInt(digits, 8);
}

async function checkFolder(cwd: string, ctx: Context): Promise<void> {
  const stat = cwd.startsWith('/') ? await ctx.sys.fs.stat(cwd).catch(() => undefined) : undefined;
  if (stat?.isDirectory() !== true) throw new CommandExecutionError(`Specified cwd '${cwd}' either not absolute or does not exist`);
}

function wordsOf(cmd: Value, pythonShell: boolean, shell: string): readonly [string, ...string[]] {
  const words = Array.isArray(cmd) ? (cmd as readonly Value[]).map(str) : [str(cmd)];
  if (pythonShell) return [shell, '-c', ...words];
  const [program, ...rest] = words;
  if (program === undefined) throw new PythonError('IndexError', 'list index out of range');
  return [program, ...rest];
}

function stdinOf({ stdin, rawNewlines, background }: CommandRequest): { stdin?: string } {
  if (stdin === null || background) return {};
  const text = str(stdin);
  return { stdin: rawNewlines ? text : text.replaceAll('\\n', '\n') };
}

function timeoutOf(timeout: Value): { timeoutMs?: number } {
  if (!isTruthy(timeout)) return {};
  if (timeout === true) return { timeoutMs: 1000 };
  if (!isNumber(timeout)) throw new PythonError('TimedProcTimeoutError', `Error: timeout ${str(timeout)} must be a number`);
  return { timeoutMs: Math.max(0, Number(timeout)) * 1000 };
}

async function start(plan: Plan, ctx: Context): Promise<RunResult> {
  try {
    return await ctx.sys.run(plan.words, plan.options);
  } catch (err) {
    if (!(err instanceof CommandNotFoundError || err instanceof CommandExecutionError)) throw err;
    const reason = await whyNotStarted(plan, err, ctx);
    const { request } = plan;
    const shown: PlainMap = {
      cwd: plan.cwd, shell: request.pythonShell, stdout: request.background ? null : -1,
      stderr: request.background ? null : request.mergeStderr ? -2 : -1, with_communicate: !request.background,
      timeout: request.timeout, bg: request.background, close_fds: true,
    };
    const command = plan.log.quiet ? 'REDACTED' : plan.shown;
    throw new CommandExecutionError(`Unable to run command '${command}' with the context '${repr(shown)}', reason: ${reason}`, { cause: err });
  }
}

async function whyNotStarted(plan: Plan, err: Error, ctx: Context): Promise<string> {
  const program = plan.words[0];
  const cause = err.cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const there = program.includes('/') && (await ctx.sys.exists(program));
  if (code === 'EACCES' || (err instanceof CommandNotFoundError && there)) return `[Errno 13] Permission denied: ${repr(program)}`;
  return err instanceof CommandNotFoundError ? `[Errno 2] No such file or directory: ${repr(program)}` : err.message;
}

function resultOf(plan: Plan, done: RunResult, ctx: Context): CommandResult {
  const { request } = plan;
  const { pid } = done;
  if (request.background) return { pid, retcode: null, stdout: '', stderr: '' };
  const text = (bytes: Uint8Array, stream: string): string => {
    const { text: decoded, replaced } = outputText(bytes, request.outputEncoding);
    if (replaced && !plan.log.quiet) {
      ctx.log.error({}, `Failed to decode ${stream} from command ${commandName(request.cmd)}, non-decodable characters have been replaced`);
    }
    return request.rstrip && !request.useVt ? stripEnd(decoded) : decoded;
  };
  if (done.timedOut && !request.useVt) {
    return { stdout: `${plan.shown} : Timed out after ${str(request.timeout)} seconds`, stderr: '', retcode: 1, pid };
  }
  const stdout = text(done.stdout, 'stdout');
  const stderr = text(done.stderr, 'stderr');
  if (done.timedOut) return { pid, stdout, stderr: `SALT: Timeout after ${str(request.timeout)}s\n${stderr}`, retcode: null };
  return { pid, retcode: plan.success.fits(done.code, stdout, stderr) ? 0 : done.code, stdout, stderr };
}

function logResult(plan: Plan, result: CommandResult, ctx: Context): void {
  if (plan.log.quiet) return;
  const failed = result.retcode !== 0 && !plan.request.ignoreRetcode && !plan.request.background;
  const log = failed ? plan.log.asErrors() : plan.log;
  if (failed) ctx.log.error({}, `Command '${commandName(plan.request.cmd)}' failed with return code: ${result.retcode ?? 'None'}`);
  if (result.stdout !== '') log.log(`stdout: ${result.stdout}`);
  if (result.stderr !== '') log.log(`stderr: ${result.stderr}`);
  if (result.retcode !== 0 && result.retcode !== null) log.log(`retcode: ${result.retcode}`);
}

