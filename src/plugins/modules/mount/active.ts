/** What is mounted, as the kernel tells it. Start at `activeMounts`. */
import { dirname, basename, join, resolve } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapFrom, mapGet, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { fieldsOf } from './table-file.js';

/** The kernel writes a space as `\040`. */
const withSpaces = (text: string): string => text.replaceAll('\\040', '\\ ');

/** Devices by mount point as the program `mount` shows them: other names than the kernel's. */
async function shownDevices(ctx: Context): Promise<Map<string, string>> {
  const rows = str(await ctx.call('cmd.run_stdout', [['mount', '-l']], { python_shell: false })).split('\n').map(fieldsOf);
  return new Map(rows.flatMap(([device, , point]) => (device === undefined || point === undefined ? [] : [[point, device] as const])));
}

async function linesOf(path: string, ctx: Context): Promise<string[][]> {
  try {
    return (await ctx.sys.fs.readFile(path, 'utf8')).split('\n').map(fieldsOf).filter((fields) => fields.length > 0);
  } catch (err) {
    if (!isOsError(err)) throw err;
    throw new CommandExecutionError(`File not readable ${path}`, { cause: err });
  }
}

/** Options with `uid=` and `gid=` as numbers. */
async function withNumbers(options: readonly string[], ctx: Context): Promise<string[]> {
  const done: string[] = [];
  for (const option of options) {
    const [key = '', id = ''] = option.split('=');
    if (key !== 'uid' && key !== 'gid') done.push(withSpaces(option));
    else done.push(withSpaces(`${key}=${/^\d+$/.test(id) ? id : await numberOf(key, id, ctx)}`));
  }
  return done;
}

async function numberOf(key: 'uid' | 'gid', name: string, ctx: Context): Promise<string> {
  const found = key === 'uid' ? (await ctx.sys.userByName(name))?.uid : (await ctx.sys.groupByName(name))?.gid;
  return found === undefined ? name : String(found);
}

async function plainMounts(ctx: Context): Promise<ValueMap> {
  const shown = await shownDevices(ctx);
  const found = new Map<string, PlainMap>();
  for (const [device = '', point = '', fstype = '', options = ''] of await linesOf('/proc/self/mounts', ctx)) {
    found.set(point, { device, alt_device: shown.get(point) ?? null, fstype, opts: await withNumbers(options.split(','), ctx) });
  }
  return mapFrom(found);
}

/** A line of `mountinfo`; the number of fields before the dash varies (proc(5)). */
async function extendedEntry(fields: readonly string[], shown: Map<string, string>, devices: ValueMap, ctx: Context): Promise<PlainMap> {
  const [mountid = '', parentid = '', numbers = '', root = '', point = '', options = ''] = fields;
  const [fstype = '', device = '', superopts = ''] = fields.slice(fields.indexOf('-') + 1);
  const [major = '', minor = ''] = numbers.split(':');
  const known = mapGet(devices, device);
  const fact = (name: string): Value => (isMap(known) ? mapGet(known, name) ?? null : null);
  const uuid = fact('UUID');
  return {
    mountid, parentid, major, minor, root, opts: await withNumbers(options.split(','), ctx), fstype, device: withSpaces(device),
    alt_device: shown.get(point) ?? null, superopts: await withNumbers(superopts.split(','), ctx),
    device_uuid: typeof uuid === 'string' ? uuid.toLowerCase() : uuid, device_label: fact('LABEL'),
  };
}

async function extendedMounts(ctx: Context): Promise<ValueMap> {
  const shown = await shownDevices(ctx);
  const lines = await linesOf('/proc/self/mountinfo', ctx);
  const asked = (await ctx.has('disk.blkid')) ? await ctx.call('disk.blkid') : null;
  const devices = isMap(asked) ? asked : {};
  const found = new Map<string, PlainMap>();
  for (const fields of lines) found.set(fields[4] ?? '', await extendedEntry(fields, shown, devices, ctx));
  return mapFrom(found);
}

/** Mounts by mount point. */
export async function activeMounts(extended: boolean, ctx: Context): Promise<ValueMap> {
  if (!extended) return plainMounts(ctx);
  try {
    return await extendedMounts(ctx);
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    return plainMounts(ctx);
  }
}

/** The path without links; parts that are not there stay as they are. */
async function realPath(path: string, ctx: Context): Promise<string> {
  try {
    return await ctx.sys.fs.realpath(path);
  } catch (err) {
    if (!isOsError(err, 'ENOENT') && !isOsError(err, 'ENOTDIR')) throw err;
    return path === '/' ? path : join(await realPath(dirname(path), ctx), basename(path));
  }
}

/** A folder on another device than its parent, or the same folder as its parent. */
async function isMountPoint(path: string, ctx: Context): Promise<boolean> {
  if (!(await ctx.sys.exists(path))) return false;
  const [own, above] = await Promise.all([ctx.sys.fs.lstat(path), ctx.sys.fs.lstat(dirname(path))]);
  return own.dev !== above.dev || own.ino === above.ino;
}

/** The mount point that a path lies on. */
export async function mountPointOf(path: string, ctx: Context): Promise<string> {
  let at = await realPath(resolve(path), ctx);
  while (at !== '/' && !(await isMountPoint(at, ctx))) at = dirname(at);
  return at;
}
