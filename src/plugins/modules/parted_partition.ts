/** Partitions, by parted and sfdisk. The craft is in the folder beside it. Source: read, Salt 3008.3; output of parted 3.5, sfdisk 2.38. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, mapFrom, mapKeys, type Value, type ValueMap } from '../../kernel/std/value.js';
import { fields, outputLines, runAll, word } from './lookup/programs.js';
import { blockDevice, boundary, isBlockDevice, oneOf, onOff, whole } from './parted_partition/check.js';
import { parsePrint } from './parted_partition/report.js';
import { DISK_FLAGS, FILE_SYSTEMS, LABELS, PARTITION_FLAGS, UNITS } from './parted_partition/words.data.js';

/** What a program says, as lines; none when it is silent. */
const saidBy = async (argv: readonly string[], ctx: Context): Promise<string[]> => (await outputLines(ctx, argv)).filter((line, _at, all) => all.length > 1 || line !== '');
const parted = (device: string, words: readonly string[], ctx: Context): Promise<string[]> => saidBy(['parted', '-m', '-s', '--', device, ...words], ctx);

/** Differs: what parted cannot read is an error in its words; Salt gives an empty answer. */
async function list(given: string, unit: string | null, ctx: Context): Promise<Value> {
  const device = await blockDevice(given, ctx);
  if (isTruthy(unit) && !UNITS.includes(unit ?? '')) throw new CommandExecutionError('Invalid unit passed to partition.part_list');
  const done = await runAll(ctx, ['parted', '-m', '-s', device, ...isTruthy(unit) ? ['unit', unit ?? ''] : [], 'print']);
  const found = parsePrint(done.stdout.split('\n'), unit);
  if (done.retcode !== 0 && Object.keys(found.info).length === 0) throw new CommandExecutionError(done.stderr);
  return found;
}

/** The first word of each name, by its number. */
const systemTypes = async (ctx: Context): Promise<ValueMap> => mapFrom(
  (await saidBy(['sfdisk', '-T'], ctx)).filter((line) => line !== '' && !line.startsWith('Id')).map((line) => [fields(line)[0] ?? '', fields(line)[1] ?? '']),
);

async function makeFileSystem(given: string, type: string, ctx: Context): Promise<Value> {
  const device = await blockDevice(given, ctx);
  const fsType = oneOf(type, FILE_SYSTEMS, 'fs_type', 'mkfs').toLowerCase();
  const program = fsType === 'linux-swap' ? 'mkswap' : `mkfs.${fsType}`;
  if (await ctx.sys.which(program) === undefined) return `Error: ${program} is unavailable.`;
  return saidBy([program, device], ctx);
}

/** In script mode parted does not say it. */
async function alignCheck({ device: given, part_type, partition }: { device: string; part_type: string; partition: Value }, ctx: Context): Promise<Value> {
  const device = await blockDevice(given, ctx);
  const type = oneOf(part_type, ['minimal', 'optimal'], 'part_type', 'align_check');
  return saidBy(['parted', '-m', device, 'align-check', type, whole(partition, 'partition', 'align_check')], ctx);
}

interface NewPartition {
  readonly device: string;
  readonly part_type: string;
  readonly fs_type: Value;
  readonly start: Value;
  readonly end: Value;
}
async function makePartition({ device: given, part_type, fs_type, start, end }: NewPartition, ctx: Context): Promise<Value> {
  const device = await blockDevice(given, ctx);
  const type = oneOf(part_type, ['primary', 'logical', 'extended'], 'part_type', 'mkpart');
  const fsType = isTruthy(fs_type) ? [oneOf(fs_type, FILE_SYSTEMS, 'fs_type', 'mkpart')] : [];
  // An empty word in the place of a missing one: parted says what it lacks.
  return parted(device, ['mkpart', type, ...fsType, start === null ? '' : boundary(start), end === null ? '' : boundary(end)], ctx);
}

async function rename(given: string, partition: Value, name: string, ctx: Context): Promise<Value> {
  const device = await blockDevice(given, ctx);
  const number = whole(partition, 'partition', 'name');
  if (!/^[A-Za-z0-9 _-]*$/.test(name)) throw new CommandExecutionError('Invalid characters passed to partition.name');
  return parted(device, ['name', number, `'${name}'`], ctx);
}

/** Differs: asked as sfdisk wants it today; Salt's form is answered with a warning. A number of the command line is a type too. */
async function setId(given: string, minor: Value, systemId: Value, ctx: Context): Promise<Value> {
  const device = await blockDevice(given, ctx);
  const number = whole(minor, 'minor number', 'set_id');
  return saidBy(['sfdisk', '--part-type', device, number, oneOf(systemId, mapKeys(await systemTypes(ctx)).map(str), 'system_id', 'set_id')], ctx);
}

const device = p.string();
const minor = p.any();
const newPartition = { device, part_type: p.string(), fs_type: p.any(null), start: p.any(null), end: p.any(null) };

/** Programs that the module needs, in the order in which Salt looks for them. */
async function missingProgram(ctx: Context): Promise<string | undefined> {
  for (const program of ['parted', 'lsblk', 'partprobe']) if (await ctx.sys.which(program) === undefined) return program;
  return undefined;
}

export default defineModule({
  name: 'parted_partition',
  serves: 'partition',
  async virtual(ctx) {
    const missing = await missingProgram(ctx);
    return missing === undefined ? true : `The parted execution module failed to load ${missing} binary is not in the path.`;
  },
  doc: 'Partitions of disks.',
  functions: {
    probe: fn({
      doc: "Let the kernel read the partitions of devices again, or of all.\n\nsalt '*' partition.probe /dev/sda /dev/sdb",
      params: { devices: p.rest() },
      run: async ({ devices }, ctx) => saidBy(['partprobe', '--', ...await Promise.all(devices.map((one) => blockDevice(str(one), ctx)))], ctx),
    }),
    list: fn({ doc: "Give the disk and its partitions.\n\nsalt '*' partition.list /dev/sda unit=s", params: { device, unit: p.string(null) }, run: (args, ctx) => list(args.device, args.unit, ctx) }),
    align_check: fn({
      doc: "Say whether a partition is aligned, minimal or optimal.\n\nsalt '*' partition.align_check /dev/sda minimal 1",
      params: { device, part_type: p.string(), partition: p.any() },
      run: (args, ctx) => alignCheck(args, ctx),
    }),
    check: fn({ doc: "Check the file system of a partition (parted 2).\n\nsalt '*' partition.check /dev/sda 1", params: { device, minor }, run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['check', whole(args.minor, 'minor number', 'check')], ctx) }),
    cp: fn({
      doc: "Copy the file system of a partition to another (parted 2).\n\nsalt '*' partition.cp /dev/sda 2 3",
      params: { device, from_minor: minor, to_minor: minor },
      run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['cp', whole(args.from_minor, 'minor number', 'cp'), whole(args.to_minor, 'minor number', 'cp')], ctx),
    }),
    get_id: fn({ doc: "Give the type of a partition, such as 83 or 8e.\n\nsalt '*' partition.get_id /dev/sda 1", params: { device, minor }, run: async (args, ctx) => saidBy(['sfdisk', '--part-type', await blockDevice(args.device, ctx), whole(args.minor, 'minor number', 'get_id')], ctx) }),
    set_id: fn({ doc: "Set the type of a partition.\n\nsalt '*' partition.set_id /dev/sda 1 83", params: { device, minor, system_id: p.any() }, run: (args, ctx) => setId(args.device, args.minor, args.system_id, ctx) }),
    system_types: fn({ doc: "Give the types of partitions that sfdisk knows.\n\nsalt '*' partition.system_types", run: (_args, ctx) => systemTypes(ctx) }),
    mkfs: fn({ doc: "Make a file system on a partition; what is there is lost.\n\nsalt '*' partition.mkfs /dev/sda2 fat32", params: { device, fs_type: p.string() }, run: (args, ctx) => makeFileSystem(args.device, args.fs_type, ctx) }),
    mklabel: fn({
      doc: "Make a new partition table.\n\nsalt '*' partition.mklabel /dev/sda msdos",
      params: { device, label_type: p.string() },
      run: (args, ctx) => { const label = oneOf(args.label_type, LABELS, 'label_type', 'mklabel'); return parted(word(args.device, 'Device'), ['mklabel', label], ctx); },
    }),
    mkpart: fn({ doc: "Make a partition: primary, logical or extended.\n\nsalt '*' partition.mkpart /dev/sda primary fs_type=fat32 start=0 end=639", params: newPartition, run: makePartition }),
    mkpartfs: fn({ doc: "Make a partition, as mkpart does.\n\nsalt '*' partition.mkpartfs /dev/sda primary start=0 end=639", params: newPartition, run: makePartition }),
    name: fn({ doc: "Name a partition, on Mac, PC98 and GPT.\n\nsalt '*' partition.name /dev/sda 1 'My Documents'", params: { device, partition: p.any(), name: p.string() }, run: (args, ctx) => rename(args.device, args.partition, args.name, ctx) }),
    rescue: fn({
      doc: "Look for a lost partition between two places.\n\nsalt '*' partition.rescue /dev/sda 0 8056",
      params: { device, start: p.any(), end: p.any() },
      run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['rescue', boundary(args.start), boundary(args.end)], ctx),
    }),
    resize: fn({
      doc: "Give a partition another size (parted 2).\n\nsalt '*' partition.resize /dev/sda 3 200 850",
      params: { device, minor, start: p.any(), end: p.any() },
      run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['resize', whole(args.minor, 'minor number', 'resize'), boundary(args.start), boundary(args.end)], ctx),
    }),
    rm: fn({ doc: "Remove a partition.\n\nsalt '*' partition.rm /dev/sda 5", params: { device, minor }, run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['rm', whole(args.minor, 'minor number', 'rm')], ctx) }),
    set: fn({
      doc: "Set a flag of a partition on or off.\n\nsalt '*' partition.set /dev/sda 1 boot on",
      params: { device, minor, flag: p.string(), state: p.any() },
      run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['set', whole(args.minor, 'minor number', 'set'), oneOf(args.flag, PARTITION_FLAGS, 'flag', 'set'), onOff(args.state, 'set')], ctx),
    }),
    toggle: fn({
      doc: "Turn a flag of a partition.\n\nsalt '*' partition.toggle /dev/sda 1 boot",
      params: { device, partition: p.any(), flag: p.string() },
      run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['toggle', whole(args.partition, 'partition number', 'toggle'), oneOf(args.flag, PARTITION_FLAGS, 'flag', 'toggle')], ctx),
    }),
    disk_set: fn({
      doc: "Set a flag of a disk on or off.\n\nsalt '*' partition.disk_set /dev/sda pmbr_boot on",
      params: { device, flag: p.string(), state: p.any() },
      run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['disk_set', oneOf(args.flag, DISK_FLAGS, 'flag', 'disk_set'), onOff(args.state, 'disk_set')], ctx),
    }),
    disk_toggle: fn({ doc: "Turn a flag of a disk.\n\nsalt '*' partition.disk_toggle /dev/sda pmbr_boot", params: { device, flag: p.string() }, run: async (args, ctx) => parted(await blockDevice(args.device, ctx), ['disk_toggle', oneOf(args.flag, DISK_FLAGS, 'flag', 'disk_toggle')], ctx) }),
    exists: fn({ doc: "Say whether a device is there.\n\nsalt '*' partition.exists /dev/sdb1", params: { device: p.string('') }, run: (args, ctx) => isBlockDevice(args.device, ctx) }),
    get_block_device: fn({ doc: "List the disks.\n\nsalt '*' partition.get_block_device", run: (_args, ctx) => saidBy(['lsblk', '-n', '-io', 'KNAME', '-d', '-e', '1,7,11', '-l'], ctx) }),
  },
});
