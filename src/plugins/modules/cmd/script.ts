/** Runs scripts: files of the file server and code given as text. Both live in a private temporary file while they run. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { runCommand, type CommandResult } from './run-command.js';
import type { CommandRequest } from './request.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';

export interface ScriptCall {
  readonly source: string;
  readonly args: Value;
  readonly template: string | null;
  readonly saltenv: string | null;
  /** Handed to the template engine. */
  readonly kwargs: PlainMap;
  /** Everything but the command. */
  readonly request: CommandRequest;
}

const NO_FILE: PlainMap = { pid: 0, retcode: 1, stdout: '', stderr: '', cache_error: true };

/**
 * Fetches a script and runs it. Gives an empty result when it could not be started; the reason is logged (observed).
 * @throws PythonError `FileNotFoundError` when the folder to run in does not exist
 */
export async function runScript(call: ScriptCall, ctx: Context): Promise<CommandResult | PlainMap> {
  const { source, request } = call;
  const path = await temporaryFile(request.cwd, extname(source.split('?')[0] ?? ''), ctx);
  try {
    if (!(await fetchScript(call, path, ctx))) return NO_FILE;
    await ctx.sys.fs.chmod(path, 0o500);
    await giveTo(request.runas, path, ctx);
    const words = isTruthy(call.args) ? wordsOf(call.args) : [];
    const pythonShell = words.length > 0 ? false : request.pythonShell;
    return await runCommand({ ...request, cmd: [path, ...words], pythonShell }, ctx);
  } catch (err) {
    if (!(err instanceof CommandExecutionError || err instanceof InvocationError)) throw err;
    ctx.log.error({}, `cmd.script: Unable to run script '${path}': ${err.message}`);
    return {};
  } finally {
    await ctx.sys.fs.rm(path, { force: true });
  }
}

function wordsOf(args: Value): readonly Value[] {
  if (typeof args === 'string') return splitWords(args);
  return Array.isArray(args) ? (args as readonly Value[]) : [args];
}

async function fetchScript(call: ScriptCall, path: string, ctx: Context): Promise<boolean> {
  const saltenv = call.saltenv ?? str(ctx.opts['saltenv'] ?? null);
  const env = saltenv === 'None' ? 'base' : saltenv;
  if (call.template !== null) {
    return isTruthy(await ctx.call('cp.get_template', [call.source, path, call.template, env], withoutFacts(call.kwargs)));
  }
  const cached = await ctx.call('cp.cache_file', [call.source, env]);
  if (typeof cached !== 'string' || cached === '' || !(await ctx.sys.exists(cached))) return false;
  await ctx.sys.fs.copyFile(cached, path);
  return true;
}

/** Facts of the job are for this call only. */
function withoutFacts(kwargs: PlainMap): PlainMap {
  return Object.fromEntries(Object.entries(kwargs).filter(([name]) => !name.startsWith('__')));
}

/** Runs code through an interpreter; the file of the code is its first argument. */
export async function runCode(language: string, code: string, args: Value, request: CommandRequest, ctx: Context): Promise<CommandResult> {
  const isPowershell = language.toLowerCase().startsWith('powershell');
  const path = await temporaryFile(null, isPowershell ? '.ps1' : '', ctx);
  try {
    await ctx.sys.fs.writeFile(path, code);
    await giveTo(request.runas, path, ctx);
    const words = typeof args === 'string' ? [args] : Array.isArray(args) ? (args as readonly Value[]) : [];
    const cmd = [language, ...(isPowershell ? ['-File'] : []), path, ...words];
    return await runCommand({ ...request, cmd, pythonShell: false }, ctx);
  } finally {
    await ctx.sys.fs.rm(path, { force: true });
  }
}

/** A new empty file that only we can read; Salt's form of name, since scripts see it as `$0`. */
async function temporaryFile(folder: string | null, ending: string, ctx: Context): Promise<string> {
  const name = randomBytes(8).toString('base64url').toLowerCase().replaceAll('-', '_').slice(0, 8);
  const path = join(folder ?? tmpdir(), `__salt.tmp.${name}${ending}`);
  try {
    const handle = await ctx.sys.fs.open(path, 'wx', 0o600);
    await handle.close();
    return path;
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') {
      throw new PythonError('FileNotFoundError', `[Errno 2] No such file or directory: ${repr(path)}`, err);
    }
    throw err;
  }
}

/** An unknown user is left for the run itself to refuse. */
async function giveTo(runas: string | null, path: string, ctx: Context): Promise<void> {
  if (runas === null) return;
  const account = await ctx.sys.userByName(runas);
  if (account !== undefined) await ctx.sys.fs.chown(path, account.uid, -1);
}
