/** Block devices: their settings and file systems. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

/** What shows a setting. */
const SHOWN_BY: ReadonlyMap<string, string> = new Map([['read-ahead', 'getra'], ['filesystem-read-ahead', 'getfra'], ['read-only', 'getro'], ['read-write', 'getro']]);

/** What a setting changes from one state of the device to another, or undefined. */
function changeOf(key: string, wanted: Value, before: PlainMap, after: PlainMap): string | undefined {
  const shows = SHOWN_BY.get(key) ?? '';
  const told = (facts: PlainMap): string => {
    const fact = str(facts[shows] ?? '');
    return typeof wanted === 'boolean' ? str((fact === '1') !== (key === 'read-write')) : fact;
  };
  return before[shows] === after[shows] ? undefined : `Changed from ${told(before)} to ${told(after)}`;
}

/** The kernel keeps a read-ahead in pages, which are 8 sectors nearly everywhere. */
const wholePages = (sectors: Value): string => (/^\d+$/.test(str(sectors)) ? String(Math.floor(Number(sectors) / 8) * 8) : str(sectors));

/** The device as the settings want it. */
function wantedFacts(settings: PlainMap, before: PlainMap): PlainMap {
  const wanted = { ...before };
  for (const [key, value] of Object.entries(settings)) {
    if (key === 'read-only') wanted['getro'] = '1';
    else if (key === 'read-write') wanted['getro'] = '0';
    else wanted[SHOWN_BY.get(key) ?? ''] = wholePages(value);
  }
  return wanted;
}

const changesOf = (settings: PlainMap, before: PlainMap, after: PlainMap): PlainMap =>
  Object.fromEntries(Object.entries(settings).flatMap(([key, value]) => {
    const change = changeOf(key, value, before, after);
    return change === undefined ? [] : [[key, change]];
  }));

/** As disk.tune says it, also in a test run. */
function checkSettings(settings: PlainMap): void {
  const isAlone = (key: string): boolean => SHOWN_BY.get(key) === 'getro';
  const invalid = Object.entries(settings).filter(([key, value]) => !SHOWN_BY.has(key) || (isAlone(key) && value !== true && value !== 'True'));
  if (invalid.length > 0) throw new InvocationError(`Invalid keyword arguments: ${invalid.map(([key, value]) => `${key}=${str(value)}`).join(', ')}`);
}

/** Differs: a test run of a device that is as wanted says so, and foretells the changes of others; Salt's always says that it will change. */
async function tuned(name: string, settings: PlainMap, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('file.is_blkdev', [name]) !== true) return failed(name, `Changes to ${name} cannot be applied. Not a block device.`);
  checkSettings(settings);
  const before = await ctx.call('disk.dump', [name]);
  if (!isPlainMap(before)) return failed(name, `Failed to modify block device ${name}`);
  const foretold = changesOf(settings, before, wantedFacts(settings, before));
  if (ctx.test && Object.keys(foretold).length > 0) return wouldChange(name, `Changes to ${name} will be applied `, foretold);
  if (ctx.test) return done(name, `Block device ${name} already in correct state`);
  const after = await ctx.call('disk.tune', [name], settings);
  if (!isPlainMap(after)) return failed(name, `Failed to modify block device ${name}`);
  const changes = changesOf(settings, before, after);
  return done(name, Object.keys(changes).length > 0 ? `Block device ${name} successfully modified ` : `Block device ${name} already in correct state`, changes);
}

const fileSystemOf = async (name: string, ctx: Context): Promise<string> =>
  str(await ctx.call('cmd.run_stdout', [['blkid', '-c', '/dev/null', '-o', 'value', '-s', 'TYPE', name]], { python_shell: false, ignore_retcode: true })).trim();

interface Format {
  readonly name: string;
  readonly fs_type: string;
  readonly force: boolean;
  readonly kwargs: PlainMap;
}

/**
 * Differs: the change tells the file system that was there before, where Salt tells the new one twice; a test run foretells it. blkid
 * looks at the device itself (`disk.format` waits for the disk), so that nothing is asked again every 3 seconds for half a minute.
 */
async function formatted({ name, fs_type, force, kwargs }: Format, ctx: Context): Promise<PlainMap> {
  if (!await ctx.sys.exists(name)) return failed(name, `${name} does not exist`);
  if (name.startsWith('-')) throw new InvocationError(`Device '${name}' is not valid`);
  const old = await fileSystemOf(name, ctx);
  if (old === fs_type) return done(name, `${name} already formatted with ${fs_type}`);
  if (fs_type.includes('/') || await ctx.sys.which(`mkfs.${fs_type}`) === undefined) return failed(name, `Invalid fs_type: ${fs_type}`);
  const changes = { new: fs_type, old };
  if (ctx.test) return wouldChange(name, `Changes to ${name} will be applied `, changes);
  await ctx.call('disk.format', [name, fs_type], { force, ...kwargs, strict: true });
  if (await fileSystemOf(name, ctx) !== fs_type) return failed(name, `Failed to format ${name}`);
  return done(name, `${name} has been formatted with ${fs_type}`, changes);
}

/** What cannot be done, in the words of the program, fails the state alone. */
async function guarded(name: string, start: string, work: Promise<PlainMap>): Promise<PlainMap> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CommandExecutionError) return failed(name, `${start} ${name}\n${error.message}`.trim());
    if (error instanceof InvocationError) return failed(name, error.message);
    throw error;
  }
}

export default defineState({
  name: 'blockdev',
  virtual: async (ctx) => (await ctx.has('disk.tune') ? true : 'Cannot load the blockdev state module: disk execution module not found'),
  doc: 'Block devices: their settings and file systems.',
  functions: {
    tuned: fn({
      doc: 'Make sure of settings of a device: read-ahead, filesystem-read-ahead, read-only, read-write.',
      params: { name: p.string(), kwargs: p.keywords() },
      run: (args, ctx) => guarded(args.name, 'Failed to modify block device', tuned(args.name, args.kwargs, ctx)),
    }),
    formatted: fn({
      doc: 'Make sure that a device has a file system of a type. inode_size, lazy_itable_init and fat go to disk.format.',
      params: { name: p.string(), fs_type: p.string('ext4'), force: p.bool(false, 'also when the device is no partition'), kwargs: p.keywords() },
      run: (args, ctx) => guarded(args.name, 'Failed to format', formatted(args, ctx)),
    }),
  },
});
