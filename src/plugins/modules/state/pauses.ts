/** Runs that are to wait or to end early, by job. Source: read, Salt 3008.3: `cachedir/state_pause/<jid>`, msgpack. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { parseJid } from '../../../kernel/contract/job.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

const ALL = '__all__';
const folder = (ctx: Context): string => join(String(ctx.opts['cachedir']), 'state_pause');

function pathOf(jid: Value, ctx: Context): string {
  const read = parseJid(str(jid));
  if (read === undefined) throw new InvocationError(`'${str(jid)}' is no job id`);
  return join(folder(ctx), read);
}

async function wishes(path: string, ctx: Context): Promise<PlainMap> {
  const bytes = await ctx.sys.fs.readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const data = bytes === undefined ? {} : await ctx.port('pack').unpack(bytes);
  return isPlainMap(data) ? data : {};
}

async function keep(path: string, data: PlainMap, ctx: Context): Promise<null> {
  await ctx.sys.fs.mkdir(folder(ctx), { recursive: true, mode: 0o750 });
  await ctx.sys.writeFile(path, await ctx.port('pack').pack(data), { mode: 0o600 });
  return null;
}

/** Adds a wish for one id, or for whatever comes next. */
async function wish(jid: Value, id: Value, more: PlainMap, ctx: Context): Promise<null> {
  const path = pathOf(jid, ctx);
  const data = await wishes(path, ctx);
  const key = id === null ? ALL : str(id);
  const known = data[key];
  return keep(path, { ...data, [key]: { ...isPlainMap(known) ? known : {}, ...more } }, ctx);
}

export function pause(jid: Value, id: Value, duration: Value, ctx: Context): Promise<null> {
  return wish(jid, id, isTruthy(duration) ? { duration: Math.trunc(Number(str(duration))) } : {}, ctx);
}

export function softKill(jid: Value, id: Value, ctx: Context): Promise<null> {
  return wish(jid, id, { kill: true }, ctx);
}

export async function resume(jid: Value, id: Value, ctx: Context): Promise<null> {
  const path = pathOf(jid, ctx);
  const { [id === null ? ALL : str(id)]: _ended, ...others } = await wishes(path, ctx);
  return keep(path, id === null ? {} : others, ctx);
}

/** Wishes of jobs that still run; those of others are forgotten. */
export async function pauses(jid: Value, ctx: Context): Promise<PlainMap> {
  const asked = jid === null ? await ctx.sys.fs.readdir(folder(ctx)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  }) : Array.isArray(jid) ? (jid as readonly Value[]).map(str) : [str(jid)];
  const running = new Set(ctx.port('jobs').running().map((job) => str(job['jid'] ?? null)));
  const found: PlainMap = {};
  for (const name of asked) {
    if (running.has(name)) found[name] = await wishes(pathOf(name, ctx), ctx);
    else await ctx.sys.fs.rm(pathOf(name, ctx), { force: true });
  }
  return found;
}
