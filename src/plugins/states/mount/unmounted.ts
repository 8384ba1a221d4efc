/** File systems that are not mounted. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { activeMounts, kernelPath } from './wish.js';

export interface UnmountWish {
  readonly name: string;
  readonly device: Value;
  readonly config: string;
  readonly persist: boolean;
  readonly user: Value;
}

/** The entry of a mount point in the table of the next boot. */
export async function entryOf(point: string, config: string, ctx: Context): Promise<ValueMap | undefined> {
  const table = await ctx.call('mount.fstab', [config]);
  const entry = isMap(table) ? mapGet(table, point) : undefined;
  return isMap(entry) ? entry : undefined;
}

export async function unmounted(wish: UnmountWish, ctx: Context): Promise<PlainMap> {
  const { name, device, user } = wish;
  if (name === '') return failed(name, 'Must provide name to mount.unmounted');
  let returned = done(name, 'Target was already unmounted');
  if ((await activeMounts(ctx)).has(kernelPath(name))) {
    if (ctx.test) return wouldChange(name, `Mount point ${name} is mounted but should not be`);
    const answer = await ctx.call('mount.umount', [name, ...(isTruthy(device) ? [device] : [])], { user });
    returned = typeof answer === 'string' ? failed(name, answer)
      : answer === true ? done(name, 'Target was successfully unmounted', { umount: true }) : done(name, 'Execute set to False, Target was not unmounted');
    await ctx.call('mount.delete_mount_cache', [name]);
  }
  return wish.persist ? purge(wish, returned, ctx) : returned;
}

async function purge({ name, device, config }: UnmountWish, returned: PlainMap, ctx: Context): Promise<PlainMap> {
  const said = String(returned['comment']);
  const entry = await entryOf(name, config, ctx);
  if (entry === undefined) return { ...returned, comment: `${said}. fstab entry not found` };
  if (isTruthy(device) && mapGet(entry, 'device') !== device) return { ...returned, comment: `${said}. fstab entry for device ${String(device)} not found` };
  if (ctx.test) return { ...returned, result: null, comment: `Mount point ${name} is unmounted but needs to be purged from ${config} to be made persistent` };
  if (await ctx.call('mount.rm_fstab', [name, device, config]) !== true) return { ...returned, result: false, comment: `${said}. Failed to persist purge` };
  return { ...returned, changes: { ...returned['changes'] as PlainMap, persist: 'purged' }, comment: `${said}. Removed target from fstab` };
}
