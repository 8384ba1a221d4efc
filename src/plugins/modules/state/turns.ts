/**
 * One state run at a time on a minion: who runs leaves a mark in `cachedir/proc`, in Salt's form, which real Salt on this machine
 * heeds too. A mark counts as long as its process lives; nothing has to be cleaned up after a crash.
 *
 * Source: read, Salt 3008.3; golden cli/*-conflict, events/state-*.
 */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { parseJid } from '../../../kernel/contract/job.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { sleep } from '../../../kernel/std/async.js';
import { str } from '../../../kernel/std/python-text.js';
import { jidToTime, newJid } from '../../../kernel/std/time.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { refused } from './outcome.js';

const LOOK_MS = 200;
/** Taking a turn is short; who finds it taken waits a little. */
const TAKING_MS = 5;
const TAKING_MS_MAX = 10_000;

/** Marks that this process holds. */
const held = new Set<string>();

interface Turn {
  readonly queue: Value;
  readonly kwargs: Readonly<PlainMap>;
}

/** Does the work when nobody else applies states; else waits (`queue`) or answers who is at it. */
export async function inTurn(fun: string, { queue, kwargs }: Turn, ctx: Context, work: () => Promise<Value>): Promise<Value> {
  const given = parseJid(ctx.job['jid'] ?? kwargs['__pub_jid']);
  const jid: string = given ?? newJid();
  const mark = join(procDir(ctx), jid);
  // A state that applies states belongs to the run that called it.
  if (held.has(mark)) return work();
  const conflict = isTruthy(kwargs['concurrent']) ? [] : await takeTurn(fun, jid, queue ?? ctx.opts['state_queue'] ?? false, ctx);
  if (conflict.length > 0) return refused(conflict, ctx);
  try {
    return await work();
  } finally {
    held.delete(mark);
    await ctx.sys.fs.rm(mark, { force: true });
  }
}

const procDir = (ctx: Context): string => join(String(ctx.opts['cachedir']), 'proc');

/** Leaves the mark; gives what is said when there is no turn to be had. */
async function takeTurn(fun: string, jid: string, queue: Value, ctx: Context): Promise<string[]> {
  const waiting = join(String(ctx.opts['cachedir']), 'state_queue', jid);
  let waits = false;
  try {
    for (;;) {
      const others = await exclusively(ctx, async () => {
        const found = await othersThan(jid, ctx);
        if (found.length === 0 && (!waits || await isNext(jid, ctx))) await leaveMark(fun, jid, ctx);
        else if (found.length === 0) return undefined;
        return found;
      });
      if (others?.length === 0) return [];
      const mayWait = queue === true || (typeof queue === 'number' && queue > (others ?? []).length);
      if (!waits && !mayWait) return (others ?? []).map(saying);
      if (!waits) await writeMark(waiting, { jid, pid: process.pid, ...await startOf(process.pid, ctx) }, ctx);
      waits = true;
      await sleep(LOOK_MS, ctx.signal, true);
    }
  } finally {
    if (waits) {
      held.delete(waiting);
      await ctx.sys.fs.rm(waiting, { force: true });
    }
  }
}

/** Of those that wait, the oldest job comes first. */
async function isNext(jid: string, ctx: Context): Promise<boolean> {
  const waiting = await marksIn(join(String(ctx.opts['cachedir']), 'state_queue'), ctx);
  return waiting.every((mark) => str(mark['jid'] ?? '') >= jid);
}

/** State jobs that run now, without one. */
export async function othersThan(jid: string, ctx: Context): Promise<PlainMap[]> {
  const marks = await marksIn(procDir(ctx), ctx);
  return marks.filter((mark) => str(mark['jid'] ?? '') !== jid && typeof mark['fun'] === 'string' && mark['fun'].startsWith('state.'));
}

export function saying({ fun = null, pid = null, jid = null }: PlainMap): string {
  return `The function "${str(fun)}" is running as PID ${str(pid)} and was started at ${jidToTime(str(jid))} with jid ${str(jid)}`;
}

/** Marks of processes that live. */
async function marksIn(dir: string, ctx: Context): Promise<PlainMap[]> {
  const names = await ctx.sys.fs.readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found: PlainMap[] = [];
  for (const name of names) {
    const mark = parseJid(name) === undefined ? undefined : await readMark(join(dir, name), ctx);
    if (mark !== undefined && await isAlive(join(dir, name), mark, ctx)) found.push(mark);
  }
  return found;
}

async function readMark(path: string, ctx: Context): Promise<PlainMap | undefined> {
  const bytes = await ctx.sys.fs.readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return undefined;
    throw error;
  });
  if (bytes === undefined || bytes.length === 0) return undefined;
  const mark = await unpacked(bytes, path, ctx);
  return isPlainMap(mark) ? mark : undefined;
}

/** Half written, or not ours: it says nothing of a run. */
async function unpacked(bytes: Uint8Array, path: string, ctx: Context): Promise<Value | undefined> {
  try {
    return await ctx.port('pack').unpack(bytes);
  } catch (err) {
    ctx.log.debug({ err, path }, 'mark of a job cannot be read');
    return undefined;
  }
}

async function isAlive(path: string, mark: PlainMap, ctx: Context): Promise<boolean> {
  const pid = Number(mark['pid']);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  // A mark of our own number that we do not hold is of an earlier process, or of a job that holds none.
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // Numbers of processes are given again: the time at which it began tells them apart.
  return mark['started'] === undefined || mark['started'] === (await startOf(pid, ctx)).started;
}

/** When a process began, in the kernel's ticks. */
async function startOf(pid: number, ctx: Context): Promise<{ started?: string }> {
  const stat = await ctx.sys.readText(`/proc/${pid}/stat`);
  const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return started === undefined ? {} : { started };
}

async function leaveMark(fun: string, jid: string, ctx: Context): Promise<void> {
  const { tgt = '*', tgt_type: tgtType = 'glob', ret = '', user = 'root', arg = [] } = ctx.job;
  await writeMark(join(procDir(ctx), jid), {
    tgt, jid, ret, user, tgt_type: tgtType, arg, fun: ctx.job['fun'] ?? fun, pid: process.pid, ...await startOf(process.pid, ctx),
  }, ctx);
}

async function writeMark(path: string, mark: PlainMap, ctx: Context): Promise<void> {
  await ctx.sys.fs.mkdir(join(path, '..'), { recursive: true, mode: 0o750 });
  held.add(path);
  await ctx.sys.fs.writeFile(path, await ctx.port('pack').pack(mark), { mode: 0o600 });
}

/** Looking and taking must not be parted by another process. */
async function exclusively<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const path = join(String(ctx.opts['cachedir']), '.state_turn');
  await ctx.sys.fs.mkdir(String(ctx.opts['cachedir']), { recursive: true, mode: 0o750 });
  for (let waitedMs = 0; !await tryCreate(path, ctx); waitedMs += TAKING_MS) {
    if (waitedMs > TAKING_MS_MAX) throw new CommandExecutionError(`Cannot take the turn for a state run: ${path} is held by another process; remove the file if none applies states`);
    await dropIfDead(path, ctx);
    await sleep(TAKING_MS, ctx.signal, true);
  }
  try {
    return await work();
  } finally {
    await ctx.sys.fs.rm(path, { force: true });
  }
}

async function tryCreate(path: string, ctx: Context): Promise<boolean> {
  try {
    await ctx.sys.fs.writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Its process ended while it held the file. */
async function dropIfDead(path: string, ctx: Context): Promise<void> {
  const pid = Number(await ctx.sys.readText(path) ?? '');
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') await ctx.sys.fs.rm(path, { force: true });
  }
}
