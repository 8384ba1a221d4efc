/** Volumes of LVM. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { lvPresent } from './lvm/logical.js';
import { guarded } from './outcome/step.js';

const shown = async (kind: 'pv' | 'vg' | 'lv', name: string, ctx: Context): Promise<boolean> => isTruthy(await ctx.call(`lvm.${kind}display`, [name], { quiet: true }));
/** Salt leaves out why; ours has it in the lines below. */
const because = (words: Value): string => (typeof words === 'string' && words.trim() !== '' ? `\n${words.trim()}` : '');

async function pvPresent(name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (await shown('pv', name, ctx)) return done(name, `Physical Volume ${name} already present`);
  if (ctx.test) return wouldChange(name, `Physical Volume ${name} is set to be created`, { created: true });
  const created = await ctx.call('lvm.pvcreate', [name], kwargs);
  if (!await shown('pv', name, ctx)) return failed(name, `Failed to create Physical Volume ${name}${because(created)}`);
  return done(name, `Created Physical Volume ${name}`, { created });
}

async function pvAbsent(name: string, ctx: Context): Promise<PlainMap> {
  if (!await shown('pv', name, ctx)) return done(name, `Physical Volume ${name} does not exist`);
  if (ctx.test) return wouldChange(name, `Physical Volume ${name} is set to be removed`, { removed: true });
  const removed = await ctx.call('lvm.pvremove', [name]);
  if (await shown('pv', name, ctx)) return failed(name, `Failed to remove Physical Volume ${name}${because(removed)}`);
  return done(name, `Removed Physical Volume ${name}`, { removed });
}

async function realPath(device: string, ctx: Context): Promise<string> {
  try {
    return await ctx.sys.fs.realpath(device);
  } catch (error) {
    if (isOsError(error)) return device;
    throw error;
  }
}

/** The group that a device is in, empty for none; undefined when it is no physical volume. */
async function groupOf(device: string, ctx: Context): Promise<string | undefined> {
  const real = await realPath(device, ctx);
  const volumes = await ctx.call('lvm.pvdisplay', [real], { real: true, quiet: true });
  const facts = isPlainMap(volumes) ? volumes[real] : undefined;
  if (!isPlainMap(facts)) return undefined;
  const group = str(facts['Volume Group Name'] ?? '');
  return group === '#orphans_lvm2' ? '' : group;
}

/** Differs: a test run adds nothing; nothing is added when one of the devices cannot be. Salt does both. */
async function extended(name: string, devices: readonly string[], ctx: Context): Promise<PlainMap> {
  const groups = await Promise.all(devices.map((device) => groupOf(device, ctx)));
  const lines = [`Volume Group ${name} already present`];
  const free = devices.filter((_device, at) => groups[at] === '');
  for (const [at, device] of devices.entries()) {
    const group = groups[at];
    if (group === undefined) lines.push(`pv ${device} is not present`);
    else if (group !== '') lines.push(group === name ? `${device} is part of Volume Group` : `${device} is part of ${group}`);
  }
  if (groups.some((group) => group !== '' && group !== name)) return failed(name, lines.join('\n'));
  if (free.length === 0) return done(name, lines.join('\n'));
  const foretold = Object.fromEntries(free.map((device) => [device, `added to ${name}`]));
  if (ctx.test) return wouldChange(name, [...lines, ...free.map((device) => `${device} is set to be added`)].join('\n'), foretold);
  const changes: PlainMap = {};
  for (const device of free) {
    const said = await ctx.call('lvm.vgextend', [name, device]);
    if (await groupOf(device, ctx) === name) changes[device] = `added to ${name}`;
    else lines.push(`${device} could not be added${because(isPlainMap(said) ? said['Output from vgextend'] ?? null : said)}`);
  }
  return { name, changes, result: Object.keys(changes).length === free.length, comment: lines.join('\n') };
}

async function vgPresent({ name, devices: given, kwargs }: { name: string; devices: Value; kwargs: PlainMap }, ctx: Context): Promise<PlainMap> {
  // Differs: a group that is there needs no devices; Salt fails without them.
  const devices = given === null ? [] : isList(given) ? given.map(str) : str(given).split(',');
  if (await shown('vg', name, ctx)) return extended(name, devices, ctx);
  if (ctx.test) return wouldChange(name, `Volume Group ${name} is set to be created`, { created: { 'Output from vgcreate': `Volume group "${name}" successfully created` } });
  const created = await ctx.call('lvm.vgcreate', [name, devices], kwargs);
  if (!await shown('vg', name, ctx)) return failed(name, `Failed to create Volume Group ${name}${because(isPlainMap(created) ? created['Output from vgcreate'] ?? null : created)}`);
  return done(name, `Created Volume Group ${name}`, { created });
}

async function vgAbsent(name: string, ctx: Context): Promise<PlainMap> {
  if (!await shown('vg', name, ctx)) return done(name, `Volume Group ${name} already absent`);
  if (ctx.test) return wouldChange(name, `Volume Group ${name} is set to be removed`, { removed: `Volume group "${name}" successfully removed` });
  const removed = await ctx.call('lvm.vgremove', [name]);
  if (await shown('vg', name, ctx)) return failed(name, `Failed to remove Volume Group ${name}${because(removed)}`);
  return done(name, `Removed Volume Group ${name}`, { removed });
}

async function lvAbsent(name: string, vgname: Value, ctx: Context): Promise<PlainMap> {
  const path = `/dev/${str(vgname)}/${name}`;
  if (!await shown('lv', path, ctx)) return done(name, `Logical Volume ${name} already absent`);
  if (ctx.test) return wouldChange(name, `Logical Volume ${name} is set to be removed`, { removed: `Logical volume "${name}" successfully removed` });
  const removed = await ctx.call('lvm.lvremove', [name, vgname]);
  if (await shown('lv', path, ctx)) return failed(name, `Failed to remove Logical Volume ${name}${because(removed)}`);
  return done(name, `Removed Logical Volume ${name}`, { removed });
}

const name = p.string();
const vgname = p.any(null);
const kwargs = p.keywords();

export default defineState({
  name: 'lvm',
  virtual: async (ctx) => ((await ctx.sys.which('lvm')) === undefined ? 'lvm command not found' : true),
  doc: 'Volumes of LVM.',
  functions: {
    pv_present: fn({ doc: 'Make sure that a device is a physical volume. Options of pvcreate are named.', params: { name, kwargs }, run: (args, ctx) => guarded(args.name, pvPresent(args.name, args.kwargs, ctx)) }),
    pv_absent: fn({ doc: 'Make sure that a device is no physical volume.', params: { name }, run: (args, ctx) => guarded(args.name, pvAbsent(args.name, ctx)) }),
    vg_present: fn({
      doc: 'Make sure that a volume group is there and has the devices. Options of vgcreate are named.',
      params: { name, devices: p.any(null, 'a list, or text with commas'), kwargs },
      run: (args, ctx) => guarded(args.name, vgPresent(args, ctx)),
    }),
    vg_absent: fn({ doc: 'Make sure that a volume group is not there.', params: { name }, run: (args, ctx) => guarded(args.name, vgAbsent(args.name, ctx)) }),
    lv_present: fn({
      doc: 'Make sure that a logical volume is there and has its size, in megabytes or with a unit (S, M, G, T, P), or in extents. Options of lvcreate are named.',
      params: {
        name, vgname, size: p.any(null), extents: p.any(null, 'a share such as 100%FREE holds for a new volume only'), snapshot: p.any(null, 'the name of a snapshot to take of the volume'), pv: p.any(''), thinvolume: p.bool(false),
        thinpool: p.bool(false), force: p.bool(false, 'also make it smaller'), resizefs: p.bool(false, 'let the file system on it follow'), kwargs,
      },
      run: (args, ctx) => guarded(args.name, lvPresent(args, ctx)),
    }),
    lv_absent: fn({ doc: 'Make sure that a logical volume is not there.', params: { name, vgname }, run: (args, ctx) => guarded(args.name, lvAbsent(args.name, args.vgname, ctx)) }),
  },
});
