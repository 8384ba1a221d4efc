/** A logical volume that is there, with its size. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { megabytes, wholeExtents } from './size.js';

interface Wish {
  readonly name: string;
  readonly vgname: Value;
  readonly size: Value;
  readonly extents: Value;
  readonly snapshot: Value;
  readonly pv: Value;
  readonly thinvolume: boolean;
  readonly thinpool: boolean;
  readonly force: boolean;
  readonly resizefs: boolean;
  readonly kwargs: PlainMap;
}
interface Volume {
  /** Of the volume, or of the snapshot that is taken of it. */
  readonly name: string;
  readonly path: string;
}

async function factsOf({ path }: Volume, ctx: Context): Promise<PlainMap | undefined> {
  const volumes = await ctx.call('lvm.lvdisplay', [path], { quiet: true });
  const facts = isPlainMap(volumes) ? volumes[path] : undefined;
  return isPlainMap(facts) ? facts : undefined;
}

const words = (answer: Value, key: string): string => str(isPlainMap(answer) ? answer[key] ?? '' : answer);

async function create(wish: Wish, volume: Volume, ctx: Context): Promise<PlainMap> {
  const { name, path } = volume;
  if (ctx.test) return wouldChange(wish.name, `Logical Volume ${name} is set to be created`, { created: { 'Output from lvcreate': `Logical volume "${name}" created.` } });
  const { size, extents, pv, thinvolume, thinpool, force, kwargs } = wish;
  const created = await ctx.call('lvm.lvcreate', [name, wish.vgname], { size, extents, snapshot: isTruthy(wish.snapshot) ? wish.name : null, pv, thinvolume, thinpool, force, ...kwargs });
  if (await factsOf({ name, path }, ctx) === undefined) return failed(wish.name, `Failed to create Logical Volume ${name}. Error: ${words(created, 'Output from lvcreate')}`);
  return done(wish.name, `Created Logical Volume ${name}`, { created });
}

/**
 * The extents that the volume has to have. Differs: they are rounded up as LVM does; Salt compares the size as it is written, so that a
 * volume of 10M in extents of 4M is to be made smaller in the next run, which fails.
 */
function wantedExtents({ size, extents, kwargs }: Wish, facts: PlainMap): number {
  const now = Number(facts['Current Logical Extents Associated']);
  const stripes = kwargs['stripes'] ?? 1;
  if (isTruthy(size)) return wholeExtents(megabytes(size) / (megabytes(`${str(facts['Logical Volume Size'] ?? 0)}s`) / now), stripes);
  if (!isTruthy(extents) || str(extents).includes('%')) return now;
  if (!/^\d+$/.test(str(extents))) throw new InvocationError(`Extents ${str(extents)} are invalid.`);
  return wholeExtents(Number(extents), stripes);
}

async function resize(wish: Wish, { name, path }: Volume, ctx: Context): Promise<PlainMap> {
  const { size, extents, resizefs, force } = wish;
  const resized = { 'Output from lvresize': `Logical volume "${path}" successfully resized.` };
  if (ctx.test) return wouldChange(wish.name, `Logical Volume ${name} is set to be resized`, { resized });
  const before = await factsOf({ name, path }, ctx);
  const answer = await ctx.call('lvm.lvresize', [], { lvpath: path, ...isTruthy(size) ? { size } : { extents }, resizefs, force });
  const after = await factsOf({ name, path }, ctx);
  if (before?.['Logical Volume Size'] === after?.['Logical Volume Size']) return failed(wish.name, `Failed to resize Logical Volume ${name}.\nError: ${words(answer, 'Output from lvresize')}`);
  return done(wish.name, `Resized Logical Volume ${name}`, { resized: answer });
}

export async function lvPresent(wish: Wish, ctx: Context): Promise<PlainMap> {
  if (isTruthy(wish.extents) && isTruthy(wish.size)) return failed(wish.name, 'Only one of extents or size can be specified.');
  if (isTruthy(wish.size)) megabytes(wish.size);
  const name = isTruthy(wish.snapshot) ? str(wish.snapshot) : wish.name;
  const group = wish.thinvolume ? str(wish.vgname).split('/')[0] ?? '' : str(wish.vgname);
  const volume: Volume = { name, path: `/dev/${group}/${name}` };
  const facts = await factsOf(volume, ctx);
  if (facts === undefined) return create(wish, volume, ctx);
  const now = Number(facts['Current Logical Extents Associated']);
  const wanted = wantedExtents(wish, facts);
  if (wanted < now && !wish.force) return failed(wish.name, "To reduce a Logical Volume option 'force' must be True.");
  if (wanted !== now) return resize(wish, volume, ctx);
  const isShare = isTruthy(wish.extents) && str(wish.extents).includes('%');
  return done(wish.name, `Logical Volume ${name} already present${isShare ? `, ${str(wish.extents)} won't be resized.` : ''}`);
}
