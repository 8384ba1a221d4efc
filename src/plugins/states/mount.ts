/** File systems and swap spaces: in use, and in the table for the next boot. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { entryAbsent, entryPresent } from './mount/entry.js';
import { mounted } from './mount/mounted.js';
import { swap } from './mount/swap.js';
import { unmounted } from './mount/unmounted.js';
import type { Wish } from './mount/wish.js';

const none = p.any(null);
const config = p.string('/etc/fstab');
const texts = (value: Value): string[] => (isList(value) ? value.map(str) : typeof value === 'string' ? value.split(',') : []);
const entries = (value: Value): [string, Value][] => (isMap(value) ? mapEntries(value).map(([key, item]) => [str(key), item]) : []);

/** Arguments by the names of the state. */
function wishOf(args: PlainMap): Wish {
  const of = (name: string): Value => args[name] ?? null;
  return {
    name: str(of('name')), device: str(of('device')), fstype: str(of('fstype')), mkmnt: isTruthy(of('mkmnt')), opts: texts(of('opts')),
    dump: of('dump'), passNum: of('pass_num'), config: str(of('config')), persist: isTruthy(of('persist')), mount: isTruthy(of('mount')), user: of('user'),
    matchOn: of('match_on'), deviceNameRegex: texts(of('device_name_regex')),
    invisibleOptions: [...texts(of('extra_mount_invisible_options')), ...texts(of('hidden_opts'))], invisibleKeys: texts(of('extra_mount_invisible_keys')),
    ignoredKeys: Object.fromEntries(entries(of('extra_mount_ignore_fs_keys')).map(([key, value]) => [key, texts(value)])),
    translations: Object.fromEntries(entries(of('extra_mount_translate_options')).map(([key, value]) => [key, str(value)])),
    copyBindOptions: isTruthy(of('bind_mount_copy_active_opts')),
  };
}

export default defineState({
  name: 'mount',
  doc: 'File systems and swap spaces, in use and in the table for the next boot.',
  functions: {
    mounted: fn({
      doc: 'Make sure that a device is mounted with these options, and stands in the table of file systems.',
      params: {
        name: p.string(), device: p.string(), fstype: p.string(), mkmnt: p.any(false, 'make the mount point'), opts: p.any('defaults'), dump: p.any(0), pass_num: p.any(0),
        config, persist: p.any(true), mount: p.any(true), user: none, match_on: p.any('auto'), device_name_regex: none, extra_mount_invisible_options: none,
        extra_mount_invisible_keys: none, extra_mount_ignore_fs_keys: none, extra_mount_translate_options: none, hidden_opts: none,
        bind_mount_copy_active_opts: p.any(true), kwargs: p.keywords(),
      },
      run: (args, ctx) => mounted(wishOf(args), ctx),
    }),
    unmounted: fn({
      doc: 'Make sure that nothing is mounted at a place; with `persist` its entry goes from the table as well.',
      params: { name: p.string(), device: none, config, persist: p.any(false), user: none, kwargs: p.keywords() },
      run: ({ name, device, config: table, persist, user }, ctx) => unmounted({ name, device, config: table, persist: isTruthy(persist), user }, ctx),
    }),
    swap: fn({
      doc: 'Make sure that a swap space is in use, and stands in the table of file systems.',
      params: { name: p.string(), persist: p.any(true), config },
      run: ({ name, persist, config: table }, ctx) => swap(name, isTruthy(persist), table, ctx),
    }),
    fstab_present: fn({
      doc: 'Make sure that a device stands in the table of file systems; a new entry is mounted.',
      params: {
        name: p.string(), fs_file: p.string(), fs_vfstype: p.string(), fs_mntops: p.any('defaults'), fs_freq: p.any(0), fs_passno: p.any(0), mount_by: p.string(null),
        config, mount: p.any(true), match_on: p.any('auto'), not_change: p.any(false), fs_mount: p.any(true, 'only of use on AIX'),
      },
      run: (args, ctx) => entryPresent({
        name: args.name, point: args.fs_file, fstype: args.fs_vfstype, options: args.fs_mntops, freq: args.fs_freq, passNum: args.fs_passno, mountBy: args.mount_by,
        config: args.config, mount: isTruthy(args.mount), matchOn: args.match_on, notChange: args.not_change,
      }, ctx),
    }),
    fstab_absent: fn({
      doc: 'Make sure that a mount point does not stand in the table of file systems.',
      params: { name: p.string(), fs_file: p.string(), mount_by: p.string(null), config },
      run: ({ name, fs_file: point, mount_by: mountBy, config: table }, ctx) => entryAbsent({ name, point, mountBy, config: table }, ctx),
    }),
    mod_watch: fn({
      doc: 'Mount again because something watched has changed.',
      params: { name: p.string(), user: none, kwargs: p.keywords() },
      async run({ name, user, kwargs: { sfun = null, device = null, fstype = null, opts = null } }, ctx) {
        if (sfun !== 'mounted') return done(name, `Watch not supported in ${str(sfun)} at this time`);
        const answer = await ctx.call('mount.remount', [name, device, false, fstype, opts], { user });
        return isTruthy(answer) ? done(name, `${name} remounted`) : failed(name, `${name} failed to remount: ${str(answer)}`);
      },
    }),
  },
});
