/**
 * Block devices and what lies on them: `blkid`, `blockdev`, `mkfs`, `lsblk`.
 *
 * Source: observed and read, Salt 3008.3.
 */
import { dirname, resolve } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { reprText, str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fields, needProgram, outputLines, runAll, word } from '../lookup/programs.js';

export async function blkid(ctx: Context, device: Value, token: Value): Promise<PlainMap> {
  await needProgram(ctx, 'blkid');
  const words = isTruthy(device) ? [word(device, 'Device')] : isTruthy(token) ? ['-t', word(token, 'Token')] : [];
  const done = await runAll(ctx, ['blkid', ...words]);
  if (done.retcode > 0) return {};
  const found: PlainMap = {};
  for (const line of done.stdout.split('\n').filter((text) => text.trim() !== '')) {
    const name = (fields(line)[0] ?? '').slice(0, -1);
    found[name] = Object.fromEntries([...line.slice(line.indexOf(' ') + 1).matchAll(/([^"]*)"([^"]*)"/g)].map(([, key = '', value = '']) =>
      [key.replace(/^=+|=+$/g, '').trim(), value]));
  }
  return found;
}

/** What `dump` asks, in its order. */
const FACTS = ['getro', 'getsz', 'getss', 'getpbsz', 'getiomin', 'getioopt', 'getalignoff', 'getmaxsect', 'getsize', 'getsize64', 'getra', 'getfra'];

export async function dump(ctx: Context, device: Value, wanted: Value): Promise<Value> {
  const done = await runAll(ctx, ['blockdev', ...FACTS.map((fact) => `--${fact}`), word(device, 'Device')]);
  if (done.retcode !== 0) return false;
  const lines = done.stdout.split('\n').filter((line) => line !== '');
  const facts: PlainMap = Object.fromEntries(FACTS.slice(0, lines.length).map((fact, at) => [fact, lines[at] ?? '']));
  if (!isTruthy(wanted)) return facts;
  const names = (Array.isArray(wanted) ? wanted as readonly Value[] : Array.from(str(wanted))).map(str);
  return Object.fromEntries(names.map((name) => {
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
    if (fact === undefined) throw new PythonError('KeyError', reprText(name));
    return [name, fact];
  }));
}

interface Setting {
  readonly option: string;
  readonly shows: string;
  /** Stands alone: given by True. */
  readonly alone: boolean;
}

const SETTINGS: ReadonlyMap<string, Setting> = new Map([
  ['read-ahead', { option: '--setra', shows: 'getra', alone: false }],
  ['filesystem-read-ahead', { option: '--setfra', shows: 'getfra', alone: false }],
  ['read-only', { option: '--setro', shows: 'getro', alone: true }],
  ['read-write', { option: '--setrw', shows: 'getro', alone: true }],
]);

export async function tune(ctx: Context, device: Value, settings: PlainMap): Promise<Value> {
  const given = Object.entries(settings).map(([key, value]) => ({ key, value, setting: SETTINGS.get(key) }))
    .filter(({ key, setting }) => setting !== undefined || !key.startsWith('__'));
  const invalid = given.filter(({ value, setting }) => setting === undefined || (setting.alone && value !== true && value !== 'True'));
  if (invalid.length > 0) throw new InvocationError(`Invalid keyword arguments: ${invalid.map(({ key, value }) => `${key}=${str(value)}`).join(', ')}`);
  const known = given.flatMap(({ value, setting }) => (setting === undefined ? [] : [{ value, ...setting }]));
  const words = known.flatMap(({ option, alone, value }) => (alone ? [option] : [option, word(value, 'Value')]));
  const done = await runAll(ctx, ['blockdev', ...words, word(device, 'Device')]);
  if (done.retcode !== 0) throw new CommandExecutionError(done.stderr);
  return dump(ctx, device, known.map(({ shows }) => shows));
}

export async function wipe(ctx: Context, device: Value): Promise<boolean> {
  const done = await runAll(ctx, ['wipefs', '-a', word(device, 'Device')]);
  if (done.retcode !== 0) ctx.log.error({ device: str(device) }, `Error wiping device: ${done.stderr}`);
  return done.retcode === 0;
}

export interface NewFileSystem {
  readonly fsType: Value;
  readonly inodeSize: Value;
  readonly lazyItableInit: Value;
  readonly fat: Value;
  readonly force: boolean;
}

function formatWords({ fsType, inodeSize, lazyItableInit, fat, force }: NewFileSystem): string[] {
  const type = word(fsType, 'File system');
  const isExt = type.startsWith('ext');
  const words = ['mkfs', '-t', type];
  if (inodeSize !== null && isExt) words.push('-i', word(inodeSize, 'Size'));
  if (inodeSize !== null && type === 'xfs') words.push('-i', `size=${str(inodeSize)}`);
  if (lazyItableInit !== null && isExt) words.push('-E', `lazy_itable_init=${str(lazyItableInit)}`);
  if ([12, 16, 32].some((size) => size === fat) && type.endsWith('fat')) words.push('-F', str(fat));
  if (force && isExt) words.push('-F');
  if (force && type === 'xfs') words.push('-f');
  return words;
}

/** `strict`: what mkfs says against it is an error. */
export async function format(ctx: Context, device: Value, options: NewFileSystem, strict: boolean): Promise<boolean> {
  await needProgram(ctx, 'sync');
  await needProgram(ctx, 'mkfs');
  const quiet = { ignore_retcode: true, python_shell: false };
  const made = await runAll(ctx, [...formatWords(options), word(device, 'Device')], quiet);
  if (strict && made.retcode !== 0) throw new CommandExecutionError(made.stderr.trim() || made.stdout.trim());
  const synced = await ctx.call('cmd.retcode', [['sync']], quiet);
  return made.retcode === 0 && synced === 0;
}

/** Source: observed, where `lsblk` knows nothing the whole second line of `df -T` is the answer. */
export async function fsType(ctx: Context, device: Value): Promise<string> {
  const path = word(device, 'Device');
  const [hasLsblk, hasDf] = [(await ctx.sys.which('lsblk')) !== undefined, (await ctx.sys.which('df')) !== undefined];
  if (!hasLsblk && !hasDf) throw new CommandNotFoundError(`None of provided binaries(["'lsblk'", "'df'"]) were found in $PATH.`);
  const listed = hasLsblk ? (await outputLines(ctx, ['lsblk', '-o', 'fstype', path]))[1]?.trim() ?? '' : '';
  if (listed !== '') return listed;
  return hasDf ? (await outputLines(ctx, ['df', '-T', path]))[1] ?? '' : '';
}

/** Octal escapes of blanks in the table of mounts. */
const plain = (text: string): string => text.replace(/\\([0-7]{3})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 8)));

/** The device of the file system on which a path lies, or would lie. */
export async function deviceOfPath(ctx: Context, path: string): Promise<string | undefined> {
  const devices = new Map(((await ctx.sys.readText('/proc/mounts')) ?? '').split('\n').map((line) => {
    const [device = '', point = ''] = line.split(' ');
    return [plain(point), plain(device)] as const;
  }));
  let at = await realPath(ctx, resolve(path));
  while (!devices.has(at) && at !== '/') at = dirname(at);
  return devices.get(at);
}

/** The path without links, as far as it is there. */
async function realPath(ctx: Context, path: string): Promise<string> {
  try {
    return await ctx.sys.fs.realpath(path);
  } catch (err) {
    if (!isOsError(err) || path === '/') throw err;
    return resolve(await realPath(ctx, dirname(path)), path.slice(path.lastIndexOf('/') + 1));
  }
}
