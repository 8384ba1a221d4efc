/** File systems that are mounted, and stand in the table for the next boot. Start at `mounted`. */
import type { Context } from '../../../kernel/contract/context.js';
import { failed } from '../../../kernel/contract/state.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { realPath } from '../../../kernel/sys/file/probe.js';
import { compilePattern } from '../../../kernel/sys/file/regex.js';
import { resolveDevice, type Device } from './device.js';
import { optionDifference } from './options.js';
import { activeMounts, kernelPath, type Active, type Wish } from './wish.js';

/** What is found and done, and what the return says of it. */
interface Work {
  readonly wish: Wish;
  readonly device: Device;
  /** The mount point without links, and as the kernel writes it. */
  readonly path: string;
  readonly point: string;
  active: ReadonlyMap<string, Active>;
  readonly changes: PlainMap;
  comment: string;
  result: Value;
  /** What is known of the mount has to be written down. */
  remembers: boolean;
}

/** True when the state ends here. */
type Ends = boolean;

export async function mounted(asked: Wish, ctx: Context): Promise<PlainMap> {
  for (const [what, value] of [['name', asked.name], ['device', asked.device], ['fstype', asked.fstype]] as const) {
    if (value === '') return failed(asked.name, `Must provide ${what} to mount.mounted`);
  }
  const name = asked.name === '/' ? '/' : asked.name.replace(/\/+$/, '');
  const active = await activeMounts(ctx);
  const path = await realPath(ctx.sys, name);
  const point = kernelPath(path);
  const device = await resolveDevice({ ...asked, name }, active, point, ctx);
  if ('problem' in device) return failed(asked.name, device.problem);
  const work: Work = { wish: { ...asked, name, opts: device.opts }, device, path, point, active, changes: {}, comment: '', result: true, remembers: false };
  const now = active.get(point);
  const ends = (now !== undefined && work.wish.mount && await checkMounted(work, now, ctx)) || (!work.active.has(point) && await mountIt(work, ctx));
  if (!ends && work.wish.persist) await persist(work, ctx);
  return { name: asked.name, changes: work.changes, result: work.result, comment: work.comment };
}

async function checkMounted(work: Work, now: Active, ctx: Context): Promise<Ends> {
  const names = [now.device, await realPath(ctx.sys, now.device), ...work.device.names];
  for (const other of now.otherNames) if (!names.includes(other)) names.push(other);
  if (work.wish.opts.length > 0 && await checkOptions(work, now, ctx)) return true;
  if (names.includes(work.device.device)) {
    work.comment = 'Target was already mounted';
    return false;
  }
  return wrongDevice(work, names, ctx);
}

async function checkOptions(work: Work, now: Active, ctx: Context): Promise<Ends> {
  const { wish, path } = work;
  const { missing, last } = await optionDifference(wish, wish.opts, now, work.device.isBound, ctx);
  const changed = missing.toSorted(compareText).join(',');
  if (missing.length > 0) {
    if (await changeOptions(work, changed, `Remount would be forced because options (${changed}) changed`, ctx)) return true;
    work.remembers = true;
  }
  const known = await ctx.call('mount.read_mount_cache', [path]);
  const before = isPlainMap(known) ? known['opts'] : undefined;
  if (!isList(before)) {
    work.remembers = true;
    return false;
  }
  const gone = before.map(str).filter((option) => !wish.opts.includes(option));
  if (gone.length === 0) return false;
  // The text lacks a space, and the change names the option looked at last, as in Salt.
  if (await changeOptions(work, last, `Remount would be forced because options (${gone.join(',')})changed`, ctx)) return true;
  work.remembers = true;
  return false;
}

/** Some file systems cannot change their options while they are mounted. */
const needsUnmount = (fstype: string): boolean => fstype === 'nfs' || fstype === 'cvfs' || fstype.startsWith('fuse');

async function changeOptions(work: Work, options: string, foretold: string, ctx: Context): Promise<Ends> {
  const { wish: { device, mkmnt, fstype, opts }, path, changes } = work;
  if (ctx.test) {
    work.result = null;
    work.comment = foretold;
    return true;
  }
  const how = { mkmnt, fstype, opts };
  if (!needsUnmount(fstype)) {
    changes['umount'] = `Forced remount because options (${options}) changed`;
    work.result = await ctx.call('mount.remount', [path, device], how);
    return false;
  }
  changes['umount'] = `Forced unmount and mount because options (${options}) changed`;
  if (await ctx.call('mount.umount', [path]) !== true) {
    changes['umount'] = `Forced a lazy unmount and mount because the previous unmount failed and because the options (${options}) changed`;
    const lazily = await ctx.call('mount.umount', [path], { lazy: true });
    if (lazily !== true) {
      work.result = false;
      work.comment = `Unable to unmount ${path}: ${str(lazily)}.`;
      return true;
    }
  }
  work.result = await ctx.call('mount.mount', [path, device], how);
  return false;
}

async function wrongDevice(work: Work, names: readonly string[], ctx: Context): Promise<Ends> {
  const { wish, device, path, point, changes } = work;
  const ignored = wish.deviceNameRegex.map((regex) => names.find((name) => compilePattern(regex).match(name) !== undefined)).find((name) => name !== undefined);
  if (ignored !== undefined) {
    work.result = true;
    work.comment = `An umount will not be forced because device matched device_name_regex: ${ignored}`;
    return false;
  }
  if (ctx.test) {
    work.result = null;
    work.comment = `An umount would have been forced because devices do not match.  Watched: ${wish.device}`;
    return false;
  }
  const real = device.device === wish.device ? '' : ` (${device.device})`;
  changes['umount'] = `Forced unmount because devices don't match. Wanted: ${wish.device}${real}, current: ${names.join(', ')}`;
  await ctx.call('mount.umount', [path], { user: wish.user });
  work.active = await activeMounts(ctx);
  if (work.active.has(point)) {
    work.comment = 'Unable to unmount';
    work.result = false;
    return true;
  }
  work.remembers = true;
  return false;
}

async function mountIt(work: Work, ctx: Context): Promise<Ends> {
  const { wish: { name, device, mkmnt, fstype, opts, user, mount }, point } = work;
  const isThere = await ctx.sys.exists(name);
  if (!mount) return leaveUnmounted(work, isThere, ctx);
  if (ctx.test) {
    work.result = null;
    work.comment = isThere ? `${name} would be mounted` : mkmnt === false ? `${name} does not exist and would not be created` : `${name} would be created and mounted`;
    return true;
  }
  if (!isThere && mkmnt === false) {
    work.result = false;
    work.comment = 'Mount directory is not present';
    return true;
  }
  const answer = await ctx.call('mount.mount', [name, device, mkmnt, fstype, opts], { user });
  work.active = await activeMounts(ctx);
  work.remembers = true;
  if (typeof answer === 'string') {
    work.comment = answer;
    work.result = false;
    return true;
  }
  if (work.active.has(point)) {
    work.comment = 'Target was successfully mounted';
    work.changes['mount'] = true;
  }
  return false;
}

async function leaveUnmounted(work: Work, isThere: boolean, ctx: Context): Promise<Ends> {
  const { name, mkmnt, user } = work.wish;
  if (isThere) {
    work.comment = ctx.test ? `${name} would not be mounted` : `${name} not mounted`;
  } else if (ctx.test) {
    work.result = null;
    work.comment = mkmnt === false ? `${name} does not exist and would neither be created nor mounted` : `${name} would be created, but not mounted`;
  } else if (mkmnt === false) {
    work.comment = `${name} not present and not mounted`;
  } else {
    await ctx.call('file.mkdir', [name], { user });
    work.comment = `${name} was created, not mounted`;
  }
  return false;
}

async function persist(work: Work, ctx: Context): Promise<void> {
  const { wish: { name, device, fstype, opts, dump, passNum, config, matchOn, mount, mkmnt }, path } = work;
  const answer = await ctx.call('mount.set_fstab', [name, device, fstype, opts, dump, passNum, config], { match_on: matchOn, ...(ctx.test ? { test: true } : {}) });
  if (ctx.test && answer !== 'present') {
    const after = plannedEntry(name, str(answer), mount);
    work.result = answer === 'new' || answer === 'change' ? null : false;
    work.comment = `${work.comment}. ${after}`;
    return;
  }
  // Differs: a test run writes nothing down.
  if (work.remembers && !ctx.test) await ctx.call('mount.write_mount_cache', [path, device], { mkmnt, fstype, mount_opts: opts });
  if (answer === 'bad config') work.result = false;
  const { word, change } = PERSISTED[str(answer)] ?? {};
  if (change !== undefined) work.changes['persist'] = change;
  work.comment += word ?? '';
}

/** What a test run says of the entry in the table. */
function plannedEntry(name: string, answer: string, mount: boolean): string {
  if (answer === 'new') return `${name} ${mount ? 'is mounted, but needs' : 'needs'} to be written to the fstab in order to be made persistent.`;
  if (answer === 'change') return mount ? `${name} is mounted, but its fstab entry must be updated.` : `The ${name} fstab entry must be updated.`;
  return `Unable to detect fstab status for mount point ${name} due to unexpected output '${answer}' from call to mount.set_fstab. This is most likely a bug.`;
}

/** What became of the entry in the table. */
export const PERSISTED: Readonly<Record<string, { readonly word: string; readonly change?: string }>> = {
  present: { word: '. Entry already exists in the fstab.' },
  new: { word: '. Added new entry to the fstab.', change: 'new' },
  change: { word: '. Updated the entry in the fstab.', change: 'update' },
  'bad config': { word: '. However, the fstab was not found.' },
};
