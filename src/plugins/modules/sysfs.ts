/** What the kernel shows and takes below /sys. Source: read, Salt 3008.3. */
import { constants } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import { numberOrText } from './lookup/number-or-text.js';

const ROOT = '/sys';
const FILES_MAX = 100_000;
const BYTES_MAX = 64 * 1024;

/** False where the kernel says no: what there is depends on the machine. */
async function orFalse<T>(work: () => Promise<T>): Promise<T | false> {
  try {
    return await work();
  } catch (error) {
    if (isOsError(error)) return false;
    throw error;
  }
}

/** Where a key leads. Differs: it has to stay below /sys; Salt writes wherever `..` leads. */
async function target(key: string, ctx: Context): Promise<string | false> {
  const path = await orFalse(() => ctx.sys.fs.realpath(key === ROOT || key.startsWith(`${ROOT}/`) ? key : join(ROOT, key)));
  return path !== false && (path === ROOT || path.startsWith(`${ROOT}/`)) ? path : false;
}
const isFolder = async (path: string, ctx: Context): Promise<boolean> => await orFalse(async () => (await ctx.sys.fs.stat(path)).isDirectory());

/** Some attributes are pipes: nobody waits for them. */
async function readAttribute(path: string, ctx: Context): Promise<Value> {
  const text = await orFalse(async () => {
    await using file = await ctx.sys.fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES_MAX), 0, BYTES_MAX, 0);
    return buffer.subarray(0, bytesRead).toString('utf8').trim();
  });
  return text === false || text === '' ? false : numberOrText(text);
}

interface Interfaces extends PlainMap {
  r: string[];
  w: string[];
  rw: string[];
}

async function walk(folder: string, root: string, found: Interfaces, ctx: Context): Promise<void> {
  for (const entry of await orFalse(() => ctx.sys.fs.readdir(folder, { withFileTypes: true })) || []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await walk(path, root, found, ctx);
    const facts = entry.isDirectory() ? false : await orFalse(() => ctx.sys.fs.stat(path));
    if (facts === false || !facts.isFile()) continue;
    const [canRead, canWrite] = [(facts.mode & constants.S_IRUSR) !== 0, (facts.mode & constants.S_IWUSR) !== 0];
    if (canRead || canWrite) found[canWrite ? (canRead ? 'rw' : 'w') : 'r'].push(relative(root, path));
    if (found.r.length + found.w.length + found.rw.length > FILES_MAX) throw new CommandExecutionError(`${root} has more than ${FILES_MAX} attributes`);
  }
}

async function interfaces(key: string, ctx: Context): Promise<Interfaces | false> {
  const root = await target(key, ctx);
  if (root === false || !await isFolder(root, ctx)) {
    ctx.log.error({ key }, `SysFS ${str(root)} not a dir`);
    return false;
  }
  const found: Interfaces = { r: [], w: [], rw: [] };
  await walk(root, root, found, ctx);
  return found;
}

/** Attributes of a folder as maps in maps. */
async function readFolder(folder: string, ctx: Context): Promise<PlainMap> {
  const found = await interfaces(folder, ctx);
  const all: PlainMap = {};
  for (const path of found === false ? [] : [...found.r, ...found.rw]) {
    const value = await readAttribute(join(folder, path), ctx);
    if (value === false) continue;
    const names = path.split('/');
    const name = names.pop() ?? '';
    let at = all;
    for (const one of names) at = (at[one] ??= {}) as PlainMap;
    at[name] = value;
  }
  return all;
}

async function read(key: Value, root: string, ctx: Context): Promise<Value> {
  if (isList(key)) {
    const values = await Promise.all(key.map(async (one): Promise<[string, Value]> => [str(one), await read(join(root, str(one)), '', ctx)]));
    return Object.fromEntries(values.filter(([, value]) => value !== false));
  }
  const path = await target(join(root, str(key)), ctx);
  if (path === false) return false;
  return await isFolder(path, ctx) ? readFolder(path, ctx) : readAttribute(path, ctx);
}

async function write(key: string, value: Value, ctx: Context): Promise<boolean> {
  const path = await target(key, ctx);
  return path !== false && await orFalse(async () => {
    await ctx.sys.fs.writeFile(path, `${str(value)}\n`, { flag: 'r+' });
    return true;
  });
}

async function attribute(key: string, value: Value, ctx: Context): Promise<Value> {
  const path = await target(key, ctx);
  if (path === false || await isFolder(path, ctx)) return path;
  return value === null ? read(path, '', ctx) : write(path, value, ctx);
}

const key = p.string();

export default defineModule({
  name: 'sysfs',
  when: { kernel: ['Linux'] },
  doc: 'What the kernel shows and takes below /sys.',
  functions: {
    attr: fn({ doc: "Give an attribute, or set it.\n\nsalt '*' sysfs.attr block/sda/queue/logical_block_size", params: { key, value: p.any(null) }, run: (args, ctx) => attribute(args.key, args.value, ctx) }),
    write: fn({ doc: "Set an attribute.\n\nsalt '*' sysfs.write devices/system/cpu/cpu0/cpufreq/scaling_max_freq 1000000", params: { key, value: p.any() }, run: (args, ctx) => write(args.key, args.value, ctx) }),
    read: fn({ doc: "Give an attribute, several, or all of a folder; false for what cannot be read.\n\nsalt '*' sysfs.read class/net/em1/statistics", params: { key: p.any(), root: p.string('') }, run: (args, ctx) => read(args.key, args.root, ctx) }),
    target: fn({ doc: "Give the path of a key, or its last part.\n\nsalt '*' sysfs.target class/ttyS0", params: { key, full: p.bool(true) }, async run(args, ctx) { const path = await target(args.key, ctx); return path === false || args.full ? path : basename(path); } }),
    interfaces: fn({ doc: "List what can be read and written below a folder.\n\nsalt '*' sysfs.interfaces block/bcache0/bcache", params: { root: p.string() }, run: (args, ctx) => interfaces(args.root, ctx) }),
  },
});
