/** Volumes of LVM. The craft is in the folder beside it. Source: read, Salt 3008.3; output of LVM 2.03.16. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { createLogical, EXTEND, logicalVolumes, RESIZE, resizeLogical } from './linux_lvm/logical.js';
import { VG_CREATE } from './linux_lvm/options.data.js';
import { createPhysical, physicalVolumes, removePhysical, resizePhysical } from './linux_lvm/physical.js';
import { complaint, devicesOf, optionWords, report } from './linux_lvm/programs.js';
import { byFirst, GROUP, rowsOf } from './linux_lvm/report.js';
import { runAll, word } from './lookup/programs.js';

/** Differs: complaints of the program about the machine do not stand among its facts, nor break the answer; Salt mixes them. */
async function versionLines(ctx: Context): Promise<string[][]> {
  const done = await runAll(ctx, ['lvm', 'version']);
  const lines = done.stdout.split('\n').filter((line) => line.includes(':')).map((line) => line.split(':').map((part) => part.trim()));
  if (lines.length === 0) throw new CommandExecutionError(done.stderr.trim());
  return lines;
}

const groups = async (name: string, quiet: boolean, ctx: Context): Promise<PlainMap> => byFirst(rowsOf(await report('vgdisplay', name, quiet, ctx), GROUP), GROUP);
const firmness = (force: boolean): string => (force ? '--yes' : '-qq');

interface GroupWish {
  readonly vgname: string;
  readonly devices: Value;
  readonly force: boolean;
}
const NEEDS_BOTH = 'Error: vgname and device(s) are both required';
const lacks = ({ vgname, devices }: GroupWish): boolean => vgname === '' || !isTruthy(devices);

async function createGroup(wish: GroupWish & { readonly kwargs: PlainMap }, ctx: Context): Promise<Value> {
  if (lacks(wish)) return NEEDS_BOTH;
  const { vgname, force, kwargs } = wish;
  const failed = await complaint(['vgcreate', word(vgname, 'Volume group'), ...devicesOf(wish.devices), firmness(force), ...optionWords(VG_CREATE, kwargs)], ctx);
  return { ...await groups(vgname, true, ctx), 'Output from vgcreate': failed?.trim() ?? `Volume group "${vgname}" successfully created` };
}

async function extendGroup(wish: GroupWish, ctx: Context): Promise<Value> {
  if (lacks(wish)) return NEEDS_BOTH;
  const failed = await complaint(['vgextend', word(wish.vgname, 'Volume group'), firmness(wish.force), ...devicesOf(wish.devices)], ctx);
  return { 'Output from vgextend': failed?.trim() ?? `Volume group "${wish.vgname}" successfully extended` };
}

const vgname = p.string();
const devices = p.any();
const override = p.bool(true, 'leave out devices that are as wanted already');
const quiet = p.bool(false, 'a volume that is not there is no error in the log');
const forced = p.bool(true);
const unforced = p.bool(false);
const resizing = { size: p.any(null), lvpath: p.any(null), extents: p.any(null), force: unforced, resizefs: p.bool(false, 'let the file system on it follow') };

export default defineModule({
  name: 'linux_lvm',
  serves: 'lvm',
  virtual: async (ctx) => ((await ctx.sys.which('lvm')) === undefined ? 'The linux_lvm execution module cannot be loaded: the lvm binary is not in the path.' : true),
  doc: 'Volumes of LVM: physical volumes, groups, logical volumes.',
  functions: {
    version: fn({ doc: "Give the version of LVM.\n\nsalt '*' lvm.version", run: async (_args, ctx) => (await versionLines(ctx))[0]?.[1] ?? '' }),
    fullversion: fn({ doc: "Give the versions of LVM, its library and its driver.\n\nsalt '*' lvm.fullversion", run: async (_args, ctx) => Object.fromEntries((await versionLines(ctx)).map(([name = '', value = '']) => [name, value])) }),
    pvdisplay: fn({
      doc: "Give the facts of physical volumes, or of one.\n\nsalt '*' lvm.pvdisplay /dev/md0",
      params: { pvname: p.string(''), real: p.bool(false, 'by the names that links lead to'), quiet },
      run: (args, ctx) => physicalVolumes(args.pvname, args.real, args.quiet, ctx),
    }),
    vgdisplay: fn({ doc: "Give the facts of volume groups, or of one.\n\nsalt '*' lvm.vgdisplay nova-volumes", params: { vgname: p.string(''), quiet }, run: (args, ctx) => groups(args.vgname, args.quiet, ctx) }),
    lvdisplay: fn({ doc: "Give the facts of logical volumes, or of one.\n\nsalt '*' lvm.lvdisplay /dev/vg_myserver/root", params: { lvname: p.string(''), quiet }, run: (args, ctx) => logicalVolumes(args.lvname, args.quiet, ctx) }),
    pvcreate: fn({
      doc: "Make physical volumes of devices. Options of pvcreate are named, such as dataalignmentoffset.\n\nsalt '*' lvm.pvcreate /dev/sdb1,/dev/sdb2",
      params: { devices, override, force: forced, kwargs: p.keywords() },
      run: (args, ctx) => createPhysical(args, ctx),
    }),
    pvremove: fn({ doc: "Make devices no physical volumes any more.\n\nsalt '*' lvm.pvremove /dev/sdb1,/dev/sdb2", params: { devices, override, force: forced }, run: (args, ctx) => removePhysical(args, ctx) }),
    vgcreate: fn({
      doc: "Make a volume group. Options of vgcreate are named, such as physicalextentsize.\n\nsalt '*' lvm.vgcreate my_vg /dev/sdb1,/dev/sdb2",
      params: { vgname, devices, force: unforced, kwargs: p.keywords() },
      run: (args, ctx) => createGroup(args, ctx),
    }),
    vgextend: fn({ doc: "Add physical volumes to a group.\n\nsalt '*' lvm.vgextend my_vg /dev/sdb1", params: { vgname, devices, force: unforced }, run: (args, ctx) => extendGroup(args, ctx) }),
    lvcreate: fn({
      doc: "Make a logical volume, a snapshot of one, a thin pool or a volume in one. Options of lvcreate are named, such as stripes.\n\nsalt '*' lvm.lvcreate new_volume_name vg_name size=10G",
      params: {
        lvname: p.string(), vgname, size: p.any(null), extents: p.any(null), snapshot: p.any(null, 'the volume to take a picture of'), pv: p.any(null), thinvolume: p.bool(false), thinpool: p.bool(false), force: unforced,
        kwargs: p.keywords(),
      },
      run: (args, ctx) => createLogical(args, ctx),
    }),
    vgremove: fn({
      doc: "Remove a volume group.\n\nsalt '*' lvm.vgremove vgname",
      params: { vgname, force: forced },
      run: async (args, ctx) => (await complaint(['vgremove', word(args.vgname, 'Volume group'), firmness(args.force)], ctx))?.trim() ?? `Volume group "${args.vgname}" successfully removed`,
    }),
    lvremove: fn({
      doc: "Remove a logical volume.\n\nsalt '*' lvm.lvremove lvname vgname",
      params: { lvname: p.string(), vgname, force: forced },
      run: async (args, ctx) => (await complaint(['lvremove', word(`${args.vgname}/${args.lvname}`, 'Logical volume'), firmness(args.force)], ctx))?.trim() ?? `Logical volume "${args.lvname}" successfully removed`,
    }),
    lvresize: fn({ doc: "Give a logical volume another size.\n\nsalt '*' lvm.lvresize +12M /dev/mapper/vg1-test", params: resizing, run: (args, ctx) => resizeLogical(RESIZE, args, ctx) }),
    lvextend: fn({ doc: "Make a logical volume larger.\n\nsalt '*' lvm.lvextend lvpath=/dev/mapper/vg1-test extents=+100%FREE", params: resizing, run: (args, ctx) => resizeLogical(EXTEND, args, ctx) }),
    pvresize: fn({ doc: "Let physical volumes fill their devices.\n\nsalt '*' lvm.pvresize /dev/sdb1", params: { devices, override, force: forced }, run: (args, ctx) => resizePhysical(args, ctx) }),
  },
});
