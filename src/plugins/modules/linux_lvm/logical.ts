/** Logical volumes. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { word } from '../lookup/programs.js';
import { LV_CREATE } from './options.data.js';
import { complaint, optionWords, report } from './programs.js';
import { byFirst, LOGICAL, rowsOf } from './report.js';

export const logicalVolumes = async (name: string, quiet: boolean, ctx: Context): Promise<PlainMap> =>
  byFirst(rowsOf(await report('lvdisplay', name, quiet, ctx), LOGICAL), LOGICAL);

export interface NewVolume {
  readonly lvname: string;
  /** For a thin volume with its pool: `group/pool`. */
  readonly vgname: string;
  readonly size: Value;
  readonly extents: Value;
  /** The volume of which a picture is taken. */
  readonly snapshot: Value;
  readonly pv: Value;
  readonly thinvolume: boolean;
  readonly thinpool: boolean;
  readonly force: boolean;
  readonly kwargs: PlainMap;
}

/** The words for the size, or a complaint. */
function sizeWords({ size, extents, thinvolume }: NewVolume): string[] | string {
  if (isTruthy(size)) return [thinvolume ? '-V' : '-L', str(size)];
  if (!isTruthy(extents)) return 'Error: Either size or extents must be specified';
  return thinvolume ? 'Error: Thin volume size cannot be specified as extents' : ['-l', str(extents)];
}

/** Differs: the data of a new thin volume are looked up in its group; Salt looks below its pool, where there is none. */
export async function createLogical(wanted: NewVolume, ctx: Context): Promise<PlainMap | string> {
  const { size, extents, snapshot, pv, thinvolume, thinpool, force } = wanted;
  if (isTruthy(size) && isTruthy(extents)) return 'Error: Please specify only one of size or extents';
  if (thinvolume && thinpool) return 'Error: Please set only one of thinvolume or thinpool to True';
  const sized = sizeWords(wanted);
  if (typeof sized === 'string') return sized;
  const [lvname, vgname] = [word(wanted.lvname, 'Logical volume'), word(wanted.vgname, 'Volume group')];
  const failed = await complaint([
    'lvcreate', ...thinvolume ? ['--thin', '-n', lvname] : [thinpool ? '--thinpool' : '-n', lvname],
    ...isTruthy(snapshot) ? ['-s', `${vgname}/${str(snapshot)}`] : [vgname], ...sized, ...isTruthy(pv) ? [word(pv, 'Physical volume')] : [],
    ...optionWords(LV_CREATE, wanted.kwargs), force ? '--yes' : '-qq',
  ], ctx);
  const group = thinvolume ? vgname.split('/')[0] ?? vgname : vgname;
  return { ...await logicalVolumes(`/dev/${group}/${lvname}`, true, ctx), 'Output from lvcreate': failed?.trim() ?? `Logical volume "${lvname}" created.` };
}

export interface NewSize {
  readonly size: Value;
  readonly lvpath: Value;
  readonly extents: Value;
  readonly force: boolean;
  readonly resizefs: boolean;
}

interface Resizing {
  readonly program: 'lvresize' | 'lvextend';
  readonly forced: string;
  readonly did: string;
}
export const RESIZE: Resizing = { program: 'lvresize', forced: '--force', did: 'resized' };
export const EXTEND: Resizing = { program: 'lvextend', forced: '--yes', did: 'extended' };

export async function resizeLogical({ program, forced, did }: Resizing, wanted: NewSize, ctx: Context): Promise<PlainMap> {
  const { size, extents, force, resizefs } = wanted;
  if (isTruthy(size) === isTruthy(extents)) {
    ctx.log.error({ program }, isTruthy(size) ? 'Error: Please specify only one of size or extents' : 'Error: Either size or extents must be specified');
    return {};
  }
  const path = word(wanted.lvpath, 'Logical volume');
  const sized = isTruthy(size) ? ['-L', str(size)] : ['-l', str(extents)];
  const failed = await complaint([program, force ? forced : '-qq', ...resizefs ? ['--resizefs'] : [], ...sized, path], ctx);
  return { [`Output from ${program}`]: failed?.trim() ?? `Logical volume "${path}" successfully ${did}.` };
}
