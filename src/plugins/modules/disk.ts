/** Disks: space, devices, file systems, health. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { blkid, deviceOfPath, dump, format, fsType, tune, wipe } from './disk/device.js';
import { inodeUsage, percent, usage } from './disk/free.js';
import { hdparms, hostProtectedArea, smartAttributes } from './disk/health.js';
import { iostat } from './disk/iostat.js';
import { runAll, word } from './lookup/programs.js';

const device = p.any();

export default defineModule({
  name: 'disk',
  doc: 'Disks: space, devices, file systems, health.',
  functions: {
    usage: fn({
      doc: "Give the space of the file systems by mount point; args are flags of df.\n\nsalt '*' disk.usage",
      params: { args: p.any(null) },
      run: ({ args }, ctx) => usage(ctx, args),
    }),
    inodeusage: fn({
      doc: "Give the inodes of the file systems by mount point; args are flags of df.\n\nsalt '*' disk.inodeusage",
      params: { args: p.any(null) },
      run: ({ args }, ctx) => inodeUsage(ctx, args),
    }),
    percent: fn({
      doc: "Give how full file systems are, or the one at a mount point.\n\nsalt '*' disk.percent /var",
      params: { args: p.any(null) },
      run: ({ args }, ctx) => percent(ctx, args),
    }),
    blkid: fn({
      doc: "Give the attributes of block devices.\n\nsalt '*' disk.blkid\nsalt '*' disk.blkid token='TYPE=ext4'",
      params: { device: p.any(null), token: p.any(null) },
      run: (args, ctx) => blkid(ctx, args.device, args.token),
    }),
    tune: fn({
      doc: "Set read-ahead, filesystem-read-ahead, read-only or read-write of a device.\n\nsalt '*' disk.tune /dev/sda1 read-ahead=1024 read-write=True",
      params: { device, kwargs: p.keywords() },
      run: (args, ctx) => tune(ctx, args.device, args.kwargs),
    }),
    wipe: fn({
      doc: "Remove the marks of file systems from a device.\n\nsalt '*' disk.wipe /dev/sda1",
      params: { device },
      run: (args, ctx) => wipe(ctx, args.device),
    }),
    dump: fn({
      doc: "Give all settings of a device, or the named ones.\n\nsalt '*' disk.dump /dev/sda1",
      params: { device, args: p.any(null) },
      run: (args, ctx) => dump(ctx, args.device, args.args),
    }),
    resize2fs: fn({
      doc: "Let a file system fill its device.\n\nsalt '*' disk.resize2fs /dev/sda1",
      params: { device },
      run: async (args, ctx) => ((await runAll(ctx, ['resize2fs', word(args.device, 'Device')])).retcode === 0 ? true : null),
    }),
    format: fn({
      doc: "Make a file system on a device.\n\nsalt '*' disk.format /dev/sdX1 fs_type=ext4",
      params: { device, fs_type: p.any('ext4'), inode_size: p.any(null), lazy_itable_init: p.any(null), fat: p.any(null), force: p.bool(false), strict: p.bool(false, 'a failure is an error in the words of mkfs') },
      run: (args, ctx) => format(ctx, args.device, {
        fsType: args.fs_type, inodeSize: args.inode_size, lazyItableInit: args.lazy_itable_init, fat: args.fat, force: args.force,
      }, args.strict),
    }),
    fstype: fn({
      doc: "Give the file system of a device.\n\nsalt '*' disk.fstype /dev/sdX1",
      params: { device },
      run: (args, ctx) => fsType(ctx, args.device),
    }),
    hdparms: fn({
      doc: "Give the parameters of disks, by options of hdparm.\n\nsalt '*' disk.hdparms sda",
      params: { disks: p.any(), args: p.any('aAbBcCdgHiJkMmNnQrRuW') },
      run: ({ disks, args }, ctx) => hdparms(ctx, disks, args),
    }),
    hpa: fn({
      doc: "Give the sectors that disks show and hide, or set how much is hidden.\n\nsalt '*' disk.hpa /dev/sda\nsalt '*' disk.hpa /dev/sda 5%",
      params: { disks: p.any(), size: p.any(null) },
      run: ({ disks, size }, ctx) => hostProtectedArea(ctx, disks, size),
    }),
    smart_attributes: fn({
      doc: "Give the health attributes of a disk by number.\n\nsalt '*' disk.smart_attributes /dev/sda attributes='(1,9)'",
      params: { dev: p.string(), attributes: p.any(null), values: p.any(null) },
      run: (args, ctx) => smartAttributes(ctx, args.dev, args.attributes, args.values),
    }),
    iostat: fn({
      doc: "Watch the disks for a while and give the means.\n\nsalt '*' disk.iostat 1 5 disks=sda",
      params: { interval: p.any(1), count: p.any(5), disks: p.any(null) },
      run: (args, ctx) => iostat(ctx, args.interval, args.count, args.disks),
    }),
    get_fstype_from_path: fn({
      doc: "Give the file system on which a path lies.\n\nsalt '*' disk.get_fstype_from_path /root",
      params: { path: p.string() },
      run: async ({ path }, ctx) => fsType(ctx, (await deviceOfPath(ctx, path)) ?? 'None'),
    }),
  },
});
