/** Entries of the table of file systems, mounted or not. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, mapEntries, mapSize, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { entryOf } from './unmounted.js';

export interface EntryWish {
  readonly name: string;
  readonly point: string;
  readonly fstype: string;
  readonly options: Value;
  readonly freq: Value;
  readonly passNum: Value;
  /** `uuid`, `label`, `device`, ... */
  readonly mountBy: string | null;
  readonly config: string;
  readonly mount: boolean;
  readonly matchOn: Value;
  readonly notChange: Value;
}

const withoutSlash = (path: string): string => (path === '/' ? path : path.replace(/\/+$/, ''));

/** The device named as `mount_by` asks for it; undefined when that cannot be found out. */
async function convertDevice(name: string, by: string | null, ctx: Context): Promise<string | undefined> {
  if (by === null || by === '' || (by === 'device' && name.startsWith('/')) || name.startsWith(`${by.toUpperCase()}=`)) return name;
  const found = await ctx.call('disk.blkid', name.startsWith('/') ? [name] : [], name.startsWith('/') ? {} : { token: name });
  const [entry] = isPlainMap(found) && mapSize(found) === 1 ? mapEntries(found) : [];
  if (entry === undefined) return undefined;
  if (by === 'device') return str(entry[0]);
  const fact = isPlainMap(entry[1]) ? entry[1][by.toUpperCase()] : undefined;
  return fact === undefined ? undefined : `${by.toUpperCase()}=${str(fact)}`;
}

export async function entryPresent(wish: EntryWish, ctx: Context): Promise<PlainMap> {
  const { name, config, mount } = wish;
  const point = withoutSlash(wish.point);
  const device = await convertDevice(name, wish.mountBy, ctx);
  if (device === undefined || device === '') return { name, result: false, changes: {}, comment: [`Device ${name} cannot be converted to ${str(wish.mountBy)}`] };
  const answer = str(await ctx.call('mount.set_fstab', [], {
    name: point, device, fstype: wish.fstype, opts: wish.options, dump: wish.freq, pass_num: wish.passNum, config, match_on: wish.matchOn, not_change: wish.notChange,
    ...(ctx.test ? { test: true } : {}),
  }));
  const comment = [entryComment(answer, `${point} entry`, config, ctx.test)];
  const isKnown = ['present', 'new', 'change'].includes(answer);
  if (ctx.test) {
    if (answer === 'new' && mount) comment.push(`Will mount ${name} on ${point}`);
    return { name, result: answer === 'present' ? true : isKnown ? null : false, changes: {}, comment };
  }
  let result = isKnown;
  if (answer === 'new' && mount) {
    const mounted = await ctx.call('mount.mount', [point]);
    if (typeof mounted === 'string') result = false;
    comment.push(typeof mounted === 'string' ? `Error while mounting ${mounted.slice(mounted.indexOf(':') + 1)}` : `Mounted ${name} on ${point}`);
  }
  return { name, result, changes: answer === 'new' || answer === 'change' ? { persist: answer } : {}, comment };
}

function entryComment(answer: string, entry: string, config: string, test: boolean): string {
  switch (answer) {
    case 'present': return `${entry} ${test ? 'is' : 'was'} already in ${config}.`;
    case 'new': return `${entry} ${test ? 'will be written' : 'added'} in ${config}.`;
    case 'change': return `${entry} ${test ? 'will be updated' : 'updated'} in ${config}.`;
    default: return `${entry} cannot be ${test ? 'created' : 'changed'} in ${config}: ${answer}.`;
  }
}

export async function entryAbsent({ name, point: asked, mountBy, config }: Pick<EntryWish, 'name' | 'point' | 'mountBy' | 'config'>, ctx: Context): Promise<PlainMap> {
  const point = withoutSlash(asked);
  const device = await convertDevice(name, mountBy, ctx);
  const returned = (result: boolean | null, what: string, changes: PlainMap = {}): PlainMap => ({ name, result, changes, comment: [`${point} entry ${what} ${config}.`] });
  const isThere = await entryOf(point, config, ctx) !== undefined;
  // None also when there is nothing to do, as Salt's.
  if (ctx.test) return returned(null, isThere ? 'will be removed from' : 'is already missing in');
  if (!isThere) return returned(true, 'is already missing in');
  const removed = await ctx.call('mount.rm_fstab', [], { name: point, device: device ?? null, config });
  return isTruthy(removed) && removed === true ? returned(true, 'removed from', { persist: 'removed' }) : returned(false, 'failed when removing from');
}
