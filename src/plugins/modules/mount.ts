/** Mounts file systems and edits the tables of mounts. */
import { CommandNotFoundError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, mapHas, type Value } from '../../kernel/std/value.js';
import { activeMounts, mountPointOf } from './mount/active.js';
import { listPoints, removePoint, setPoint } from './mount/automaster.js';
import { cachedMount, cacheMount, forgetMount } from './mount/cache.js';
import { FSTAB, listEntries, removeEntry, setEntry, VFSTAB } from './mount/fstab.js';
import { mount, mountImage, remount, swapOff, swapOn, swapSpaces, unmount, unmountImage, word } from './mount/programs.js';
import { optionText } from './mount/table-file.js';

const name = p.string();
const device = p.string();
const user = p.string(null);
const setting = { test: p.any(false), match_on: p.any('auto', 'field or fields by which a line is found'), not_change: p.any(false, 'leave a line that is found'), kwargs: p.keywords() };
const textOrNull = (value: Value): string | null => (value === null ? null : str(value));
/** Spaces as the table has them. */
const escaped = (text: string): string => text.replaceAll('\\ ', '\\040');

export default defineModule({
  name: 'mount',
  quickGrains: true,
  when: { kernel: ['Linux'] },
  doc: 'Mounts and unmounts file systems and swap space, and edits the tables of mounts.',
  functions: {
    active: fn({
      doc: "Give what is mounted.\n\nsalt '*' mount.active",
      params: { extended: p.any(false) },
      run: ({ extended }, ctx) => activeMounts(isTruthy(extended), ctx),
    }),
    is_mounted: fn({
      doc: "Say whether something is mounted at a path.\n\nsalt '*' mount.is_mounted /mnt/share",
      params: { name },
      run: async (args, ctx) => mapHas(await activeMounts(false, ctx), args.name),
    }),
    mount: fn({
      doc: "Mount a device; gives True or what the program says.\n\nsalt '*' mount.mount /mnt/foo /dev/sdz1 True",
      params: { name, device: p.any(false), mkmnt: p.any(false, 'make the mount point'), fstype: p.string(''), opts: p.any('defaults'), user, util: p.string('mount') },
      run: ({ util, ...wish }, ctx) => (util === 'mount' ? mount(wish, ctx) : mountImage(util, wish.name, wish.device, ctx)),
    }),
    remount: fn({
      doc: "Mount again with other options, or for the first time.\n\nsalt '*' mount.remount /mnt/foo /dev/sdz1 True",
      params: { name, device: p.any(), mkmnt: p.any(false), fstype: p.string(''), opts: p.any('defaults'), user },
      run: (wish, ctx) => remount(wish, ctx),
    }),
    umount: fn({
      doc: "Unmount what is mounted at a path.\n\nsalt '*' mount.umount /mnt/foo",
      params: { name, device: p.string(null), user, util: p.string('mount'), lazy: p.any(false) },
      async run(args, ctx) {
        if (await unmountImage(args.util, args.name, args.device, ctx)) return null;
        return unmount(args.name, args.device, args.user, isTruthy(args.lazy), ctx);
      },
    }),
    is_fuse_exec: fn({
      doc: "Say whether a program mounts through FUSE.\n\nsalt '*' mount.is_fuse_exec sshfs",
      params: { cmd: p.string() },
      async run({ cmd }, ctx) {
        const path = await ctx.sys.which(cmd);
        if (path === undefined) return false;
        if ((await ctx.sys.which('ldd')) === undefined) throw new CommandNotFoundError('ldd');
        return str(await ctx.call('cmd.run', [['ldd', word(path)]], { python_shell: false })).includes('libfuse');
      },
    }),
    fstab: fn({
      doc: "Give the entries of the table of mounts.\n\nsalt '*' mount.fstab",
      params: { config: p.string('/etc/fstab') },
      run: ({ config }, ctx) => listEntries(config, ctx),
    }),
    vfstab: fn({
      doc: "Give the entries of a table of mounts, by Solaris' name.\n\nsalt '*' mount.vfstab",
      params: { config: p.string('/etc/vfstab') },
      run: ({ config }, ctx) => listEntries(config, ctx),
    }),
    rm_fstab: fn({
      doc: "Remove a mount point from the table.\n\nsalt '*' mount.rm_fstab /mnt/foo /dev/sdg",
      params: { name, device: p.any(), config: p.string('/etc/fstab') },
      run: (args, ctx) => removeEntry(args.config, args.name, textOrNull(args.device), ctx),
    }),
    rm_vfstab: fn({
      doc: "Remove a mount point from a table, by Solaris' name.\n\nsalt '*' mount.rm_vfstab /mnt/foo /device/c0t0d0p0",
      params: { name, device: p.any(), config: p.string('/etc/vfstab') },
      run: (args, ctx) => removeEntry(args.config, args.name, textOrNull(args.device), ctx),
    }),
    set_fstab: fn({
      doc: "See to it that the table has a mount: present, change or new.\n\nsalt '*' mount.set_fstab /mnt/foo /dev/sdz1 ext4",
      params: { name, device, fstype: p.string(), opts: p.any('defaults'), dump: p.any(0), pass_num: p.any(0), config: p.string('/etc/fstab'), ...setting },
      run: (args, ctx) => setEntry(FSTAB, {
        entry: {
          device: escaped(args.device), name: args.name, fstype: args.fstype, opts: escaped(optionText(args.opts)), dump: args.dump, pass_num: args.pass_num,
        },
        config: args.config, test: args.test, matchOn: args.match_on, notChange: args.not_change, keywords: args.kwargs,
      }, ctx),
    }),
    set_vfstab: fn({
      doc: "See to it that Solaris' table has a mount: present, change or new.\n\nsalt '*' mount.set_vfstab /mnt/foo /device/c0t0d0p0 ufs",
      params: {
        name, device, fstype: p.string(), opts: p.any('-'), device_fsck: p.any('-'), pass_fsck: p.any('-'), mount_at_boot: p.any('yes'),
        config: p.string('/etc/vfstab'), ...setting,
      },
      run: (args, ctx) => setEntry(VFSTAB, {
        entry: {
          device: args.device, device_fsck: args.device_fsck, name: args.name, fstype: args.fstype, pass_fsck: args.pass_fsck,
          mount_at_boot: args.mount_at_boot === 'yes' ? 'yes' : 'no', opts: optionText(args.opts),
        },
        config: args.config, test: args.test, matchOn: args.match_on, notChange: args.not_change, keywords: args.kwargs,
      }, ctx),
    }),
    automaster: fn({
      doc: "Give the entries of the table of the automounter.\n\nsalt '*' mount.automaster",
      params: { config: p.string('/etc/auto_salt') },
      run: ({ config }, ctx) => listPoints(config, ctx),
    }),
    rm_automaster: fn({
      doc: "Remove a mount point from the table of the automounter.\n\nsalt '*' mount.rm_automaster /mnt/foo /dev/sdg",
      params: { name, device: p.any(), config: p.string('/etc/auto_salt') },
      run: (args, ctx) => removePoint(args.config, args.name, textOrNull(args.device), ctx),
    }),
    set_automaster: fn({
      doc: "See to it that the table of the automounter has a mount: present, change or new.\n\nsalt '*' mount.set_automaster /mnt/foo /dev/sdz1 ext4",
      params: {
        name, device, fstype: p.string(), opts: p.any(''), config: p.string('/etc/auto_salt'), test: p.any(false), not_change: p.any(false), kwargs: p.keywords(),
      },
      run: ({ not_change: notChange, kwargs: keywords, opts, ...wish }, ctx) => setPoint({ ...wish, opts: optionText(opts), notChange, keywords }, ctx),
    }),
    filesystems: fn({
      doc: "Give the table of AIX; there is none here.\n\nsalt '*' mount.filesystems",
      params: { config: p.string('/etc/filesystems') },
      run: () => ({}),
    }),
    set_filesystems: fn({
      doc: "Set an entry of the table of AIX; None elsewhere.\n\nsalt '*' mount.set_filesystems /mnt/foo /dev/sdz1 jfs2",
      params: {
        name, device, vfstype: p.string(), opts: p.any('-'), mount: p.any('true'), config: p.string('/etc/filesystems'), ...setting,
      },
      run: () => null,
    }),
    rm_filesystems: fn({
      doc: "Remove an entry of the table of AIX; False elsewhere.\n\nsalt '*' mount.rm_filesystems /mnt/foo /dev/sdg",
      params: { name, device: p.any(), config: p.string('/etc/filesystems') },
      run: () => false,
    }),
    swaps: fn({ doc: "Give the swap spaces in use.\n\nsalt '*' mount.swaps", run: (_args, ctx) => swapSpaces(ctx) }),
    swapon: fn({
      doc: "Turn a swap space on.\n\nsalt '*' mount.swapon /root/swapfile",
      params: { name, priority: p.any(null) },
      run: (args, ctx) => swapOn(args.name, args.priority, ctx),
    }),
    swapoff: fn({
      doc: "Turn a swap space off; None when it is not on.\n\nsalt '*' mount.swapoff /root/swapfile",
      params: { name },
      run: (args, ctx) => swapOff(args.name, ctx),
    }),
    read_mount_cache: fn({
      doc: "Give what was kept about a mount.\n\nsalt '*' mount.read_mount_cache /mnt/share",
      params: { name },
      run: (args, ctx) => cachedMount(args.name, ctx),
    }),
    write_mount_cache: fn({
      doc: "Keep what was asked for a mount.\n\nsalt '*' mount.write_mount_cache /mnt/share /dev/sda1 False ext4 defaults,nosuid",
      params: { real_name: name, device: p.any(), mkmnt: p.any(), fstype: p.any(), mount_opts: p.any() },
      run: ({ real_name, mount_opts: opts, ...kept }, ctx) => cacheMount(real_name, { device: kept.device, fstype: kept.fstype, mkmnt: kept.mkmnt, opts }, ctx),
    }),
    delete_mount_cache: fn({
      doc: "Forget what was kept about a mount.\n\nsalt '*' mount.delete_mount_cache /mnt/share",
      params: { real_name: name },
      run: ({ real_name }, ctx) => forgetMount(real_name, ctx),
    }),
    get_mount_from_path: fn({
      doc: "Give the mount point that a path lies on.\n\nsalt '*' mount.get_mount_from_path /opt/some/nested/path",
      params: { path: p.string() },
      run: ({ path }, ctx) => mountPointOf(path, ctx),
    }),
    get_device_from_path: fn({
      doc: "Give the device that a path lies on.\n\nsalt '*' mount.get_device_from_path /",
      params: { path: p.string() },
      async run({ path }, ctx) {
        const found = mapGet(await activeMounts(false, ctx), await mountPointOf(path, ctx));
        return isMap(found) ? mapGet(found, 'device') ?? null : null;
      },
    }),
  },
});
