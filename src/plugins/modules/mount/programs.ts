/** Mounting, unmounting and swap space: what is done by programs. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapFrom, mapGet, mapHas, mapKeys, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { activeMounts } from './active.js';
import { fieldsOf } from './table-file.js';

/** A word of a command line. @throws InvocationError for one that would be an option */
export function word(text: string): string {
  if (text === '' || text.startsWith('-') || text.includes('\0')) throw new InvocationError(`Name '${text}' is not valid for a mount`);
  return text;
}

/** True, or the words of the program. */
async function runAs(argv: readonly string[], user: string | null, ctx: Context): Promise<true | string> {
  const done = await ctx.call('cmd.run_all', [argv], { runas: user, python_shell: false }) as { retcode: number; stderr: string };
  return done.retcode === 0 ? true : done.stderr;
}

export interface MountWish {
  readonly name: string;
  readonly device: Value;
  readonly mkmnt: Value;
  readonly fstype: string;
  readonly opts: Value;
  readonly user: string | null;
}

function optionsOf(opts: Value): string[] | null {
  if (opts === null) return null;
  return isList(opts) ? opts.map(str) : str(opts).split(',');
}

const settings = (opts: readonly string[] | null, fstype: string): string[] =>
  [...(opts === null ? [] : ['-o', opts.join(',')]), ...(fstype === '' ? [] : ['-t', word(fstype)])];

export async function mount({ name, device, mkmnt, fstype, opts, user }: MountWish, ctx: Context): Promise<true | string> {
  const point = word(name);
  if (isTruthy(mkmnt) && !(await ctx.sys.exists(point))) await ctx.call('file.mkdir', [point], { user });
  // Without a device the table of mounts says everything.
  return runAs(['mount', ...(isTruthy(device) ? [...settings(optionsOf(opts), fstype), word(str(device)), point] : [point])], user, ctx);
}

export async function remount(wish: MountWish, ctx: Context): Promise<true | string> {
  if (!mapHas(await activeMounts(false, ctx), wish.name)) return mount(wish, ctx);
  const opts = optionsOf(wish.opts) ?? [];
  const all = opts.includes('remount') ? opts : [...opts, 'remount'];
  return runAs(['mount', ...settings(all, wish.fstype), word(str(wish.device)), word(wish.name)], wish.user, ctx);
}

export async function unmount(name: string, device: string | null, user: string | null, lazy: boolean, ctx: Context): Promise<true | string> {
  if (!mapHas(await activeMounts(false, ctx), name)) return `${name} does not have anything mounted`;
  return runAs(['umount', ...(lazy ? ['-l'] : []), word(isTruthy(device) ? str(device) : name)], user, ctx);
}

const imageKey = (point: string): string => `img.mnt_${point}`;

/** Mounts an image through another module; false for a name that is none of them. */
export async function mountImage(util: string, name: string, device: Value, ctx: Context): Promise<Value> {
  if (util === 'guestfs') return ctx.call('guestfs.mount', [name], { root: device });
  if (util !== 'qemu_nbd') return false;
  const made = await ctx.call('qemu_nbd.init', [name, device]);
  if (!isMap(made) || mapKeys(made).length === 0) return false;
  const [point = ''] = mapKeys(made);
  ctx.memory.set(imageKey(str(point)), made);
  return point;
}

/** Gives an image back; false when it is not one. */
export async function unmountImage(util: string, name: string, device: string | null, ctx: Context): Promise<boolean> {
  if (util === 'guestfs') {
    await ctx.call('guestfs.umount', [name], { disk: device });
    return true;
  }
  const made = ctx.memory.get(imageKey(name));
  if (util !== 'qemu_nbd' || made === undefined || !(await ctx.has('qemu_nbd.clear'))) return false;
  await ctx.call('qemu_nbd.clear', [made as ValueMap]);
  return true;
}

/** Swap spaces in use by name; sizes are texts, as the kernel has them. */
export async function swapSpaces(ctx: Context): Promise<ValueMap> {
  const rows = ((await ctx.sys.readText('/proc/swaps')) ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('Filename')).map(fieldsOf);
  return mapFrom(rows.map(([name = '', type = '', size = '', used = '', priority = '']) => [name, { type, size, used, priority }] as const));
}

export async function swapOn(name: string, priority: Value, ctx: Context): Promise<ValueMap> {
  const before = mapGet(await swapSpaces(ctx), name);
  if (before !== undefined) return { stats: before, new: false };
  await ctx.call('cmd.run', [['swapon', word(name), ...(isTruthy(priority) ? ['-p', str(priority)] : [])]], { python_shell: false });
  const stats = mapGet(await swapSpaces(ctx), name);
  return stats === undefined ? {} : { stats, new: true };
}

/** None when it was not in use. */
export async function swapOff(name: string, ctx: Context): Promise<boolean | null> {
  if (!mapHas(await swapSpaces(ctx), name)) return null;
  await ctx.call('cmd.run', [['swapoff', word(name)]], { python_shell: false });
  return !mapHas(await swapSpaces(ctx), name);
}
