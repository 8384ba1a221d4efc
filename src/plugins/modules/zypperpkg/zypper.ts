/** Starts zypper, waits for its lock, and reads its answer. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { sleep } from '../../../kernel/std/async.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { plainArgument } from '../pkg/names.js';
import { callProgram, type ProgramResult } from '../pkg/program.js';
import { elementsOf, readXml, XmlError, type XmlElement } from '../../../kernel/std/xml.js';

/** Done; 100 and above also say what else is to be known. Source: the manual of zypper. */
const SUCCESS = new Set([0, 100, 101, 102, 103]);
/** No repositories, locked, a repository was skipped, a script of a package failed. */
const WARNINGS = new Set([6, 7, 106, 107]);
const LOCKED = 7;

const LOCK_FILE = '/var/run/zypp.pid';
const LOCK_WAIT_MS = 5000;
/** Half an hour; real Salt waits for ever. */
const LOCK_TRIES = 360;

export interface ZypperCall {
  readonly root?: Value;
  /** Takes no lock, so that it works beside another zypper. */
  readonly readOnly?: boolean;
  /** May fetch lists of packages. */
  readonly refreshes?: boolean;
  /** A failure is no error. */
  readonly forgiving?: boolean;
  /** In a scope of its own. */
  readonly scope?: boolean;
  /** Further arguments of `cmd.run_all`. */
  readonly options?: PlainMap;
}

export interface ZypperResult extends ProgramResult {
  /** What zypper complains of, when it failed. */
  readonly error: string | undefined;
}

export const isSuccess = ({ retcode }: ProgramResult): boolean => SUCCESS.has(retcode);

/** The words and the end of zypper. @throws CommandExecutionError with its complaint */
export async function callZypper(args: readonly string[], ctx: Context, call: ZypperCall = {}): Promise<ZypperResult> {
  return run([], args, call, ctx);
}

/** The answer of zypper as XML. @throws CommandExecutionError with its complaint */
export async function askZypper(args: readonly string[], ctx: Context, call: ZypperCall = {}): Promise<XmlElement> {
  const { stdout } = await run(['--xmlout'], args, call, ctx);
  try {
    return readXml(stdout);
  } catch (cause) {
    if (cause instanceof XmlError) throw new CommandExecutionError(`Zypper gave ${cause.message}`, { cause });
    throw cause;
  }
}

async function run(mode: readonly string[], args: readonly string[], call: ZypperCall, ctx: Context): Promise<ZypperResult> {
  const { root = null, readOnly = false, refreshes = false, scope = false, options = {} } = call;
  const argv = [
    'zypper', '--non-interactive', ...mode, ...(refreshes || args.includes('--no-refresh') ? [] : ['--no-refresh']),
    ...(isTruthy(root) ? ['--root', plainArgument(str(root), 'Root')] : []), ...args,
  ];
  const env: PlainMap = readOnly && !refreshes ? { ZYPP_READONLY_HACK: '1' } : {};
  const start = (): Promise<ProgramResult> => callProgram(argv, ctx, { scope, options, env });
  let done = await start();
  let tries = 0;
  while (done.retcode === LOCKED && tries < LOCK_TRIES) {
    tries += 1;
    await tellBlocked(ctx);
    await sleep(LOCK_WAIT_MS, ctx.signal, true);
    done = await start();
  }
  const error = done.retcode === LOCKED || !(isSuccess(done) || WARNINGS.has(done.retcode)) ? complaintOf(done, mode.length > 0) : undefined;
  if (tries > 0) await ctx.call('event.fire_master', [{ success: error === undefined, info: error ?? 'Zypper has been released' }, 'zypper/released']);
  if (error !== undefined && call.forgiving !== true) throw new CommandExecutionError(`Zypper command failure: ${error}`);
  return { ...done, error };
}

function complaintOf({ stdout, stderr }: ProgramResult, isXml: boolean): string {
  if (!isXml) return `${stderr.trim()}${stdout.trim()}` || "Check Zypper's logs.";
  const messages = isWellFormed(stdout) ? elementsOf(readXml(stdout), 'message').filter(({ attributes }) => attributes['type'] === 'error').map(({ text }) => text) : [stderr.trim()];
  return messages.filter((text) => text !== '').join('\n') || "Check Zypper's logs.";
}

function isWellFormed(text: string): boolean {
  try {
    return elementsOf(readXml(text), 'stream').length > 0;
  } catch (err) {
    if (err instanceof XmlError) return false;
    throw err;
  }
}

/** Tells the master who holds the lock. */
async function tellBlocked(ctx: Context): Promise<void> {
  const pid = (await ctx.sys.readText(LOCK_FILE))?.split('\n')[0]?.trim();
  const facts = pid === undefined ? { info: 'Zypper is locked, but no Zypper lock has been found.', success: false } : await factsOf(pid, ctx);
  await ctx.call('event.fire_master', [facts, 'zypper/blocked']);
}

async function factsOf(pid: string, ctx: Context): Promise<PlainMap> {
  try {
    const facts = await ctx.call('ps.proc_info', [Number(pid)], { attrs: ['pid', 'name', 'cmdline', 'create_time'] }) as PlainMap;
    const { cmdline = [], create_time: created = 0 } = facts;
    const since = new Date(Number(created) * 1000).toISOString().replace('Z', '');
    return { ...facts, cmdline: (Array.isArray(cmdline) ? cmdline as readonly Value[] : [cmdline]).map(str).join(' '), info: `Blocking process created at ${since}.`, success: true };
  } catch (err) {
    ctx.log.debug({ err, pid }, 'nothing is known of the process that blocks zypper');
    return { info: `Unable to retrieve information about blocking process: ${err instanceof Error ? err.message : String(err)}`, success: false };
  }
}
