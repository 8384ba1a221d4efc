/** Arrays of disks, by mdadm. The craft is in the folder beside it. Source: read, Salt 3008.3; texts of mdadm 4.2. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, mapHas, mapValues, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { runAll, word, type Done } from './lookup/programs.js';
import { forget, save } from './mdadm_raid/config.js';
import { parseDetail, parseExamine, parseScan } from './mdadm_raid/report.js';

const mdadm = (words: readonly string[], ctx: Context, options: PlainMap = {}): Promise<Done> => runAll(ctx, ['mdadm', ...words], options);
const wordsOf = ({ stderr, stdout }: Done): string => stderr.trim() || stdout.trim();

const list = async (ctx: Context): Promise<ValueMap> => parseScan((await mdadm(['--detail', '--scan'], ctx)).stdout);

/** Differs: a device that is no array is an error in the words of mdadm; Salt gives an array without facts. */
async function detail(device: string, ctx: Context): Promise<PlainMap> {
  if (!await ctx.sys.exists(device)) throw new CommandExecutionError(`Device ${device} doesn't exist!`);
  const done = await mdadm(['--detail', word(device, 'Device')], ctx);
  if (done.retcode !== 0 && done.stdout.trim() === '') throw new CommandExecutionError(wordsOf(done));
  return parseDetail(done.stdout, device);
}

/** True, or why not. Differs: an array that cannot be stopped stays in mdadm.conf; Salt forgets it there. */
async function destroy(device: string, ctx: Context): Promise<string | true> {
  try {
    const { members } = await detail(device, ctx);
    const stopped = await mdadm(['--stop', device], ctx);
    if (stopped.retcode !== 0) return wordsOf(stopped);
    const devices = mapValues(members as ValueMap).map((member) => str((member as PlainMap)['device'] ?? ''));
    const cleared = devices.length === 0 ? undefined : await mdadm(['--zero-superblock', ...devices], ctx);
    await forget(device, ctx);
    if (cleared !== undefined && cleared.retcode !== 0) return wordsOf(cleared);
  } catch (error) {
    if (error instanceof CommandExecutionError) return error.message;
    throw error;
  }
  return mapHas(await list(ctx), device) ? `Device ${device} is still there` : true;
}

/** A name that is set stands alone when it is True, and is left out when it is False (Salt gives the word False). */
function optionWords(kwargs: PlainMap): string[] {
  return Object.entries(kwargs).flatMap(([name, value]) => {
    if (!/^\w[\w-]*$/.test(name)) throw new InvocationError(`Option '${name}' is not valid`);
    if (value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, word(value, 'Value')];
  });
}
const devicesOf = (devices: Value): string[] => (isList(devices) ? devices.map(str) : str(devices).split(',')).map((device) => word(device, 'Device'));

interface Wish {
  readonly name: string;
  readonly devices: Value;
  readonly test_mode: Value;
  readonly kwargs: PlainMap;
}

/** Runs it and gives what it says; with True gives what would be run. */
const runOrTell = async (argv: string[], told: Value, mode: Value, ctx: Context): Promise<Value> =>
  (mode === true ? told : mode === false ? ctx.call('cmd.run', [argv], { python_shell: false }) : null);

function create({ name, devices: given, test_mode, kwargs, level, metadata }: Wish & { level: Value; metadata: Value }, ctx: Context): Promise<Value> {
  const devices = devicesOf(given);
  const count = devices.length - Math.trunc(Number(kwargs['spare-devices'] ?? 0));
  const argv = ['mdadm', '-C', word(name, 'Name'), '-R', '-v', '-l', str(level), ...optionWords(kwargs), '-e', str(metadata), '-n', String(count), ...devices];
  return runOrTell(argv, argv.join(' '), test_mode, ctx);
}

function assemble({ name, devices, test_mode, kwargs }: Wish, ctx: Context): Promise<Value> {
  const argv = ['mdadm', '-A', word(name, 'Name'), '-v', ...optionWords(kwargs), ...devicesOf(devices)];
  return runOrTell(argv, argv, test_mode, ctx);
}

/** True or false; with `strict` false is an error that says why. */
function told(outcome: string | true, strict: boolean): boolean {
  if (strict && outcome !== true) throw new CommandExecutionError(outcome);
  return outcome === true;
}

const name = p.string();
const strict = p.bool(false, 'a failure is an error in the words of mdadm');
const test_mode = p.any(false, 'give the command and do not run it');

export default defineModule({
  name: 'mdadm_raid',
  serves: 'raid',
  when: { kernel: ['Linux'] },
  virtual: async (ctx) => ((await ctx.sys.which('mdadm')) === undefined ? 'The mdadm execution module cannot be loaded: the mdadm binary is not in the path.' : true),
  doc: 'Arrays of disks.',
  functions: {
    list: fn({ doc: "List the arrays.\n\nsalt '*' raid.list", run: (_args, ctx) => list(ctx) }),
    detail: fn({ doc: "Give the facts of an array and its members.\n\nsalt '*' raid.detail /dev/md0", params: { device: p.string('/dev/md0') }, run: ({ device }, ctx) => detail(device, ctx) }),
    destroy: fn({ doc: "Stop an array and clear its members; what is on it is lost.\n\nsalt '*' raid.destroy /dev/md0", params: { device: p.string(), strict }, run: async (args, ctx) => told(await destroy(args.device, ctx), args.strict) }),
    stop: fn({ doc: "Stop all arrays that nobody uses. Differs: True when they are stopped; Salt has it the other way round.\n\nsalt '*' raid.stop", run: async (_args, ctx) => (await mdadm(['--stop', '--scan'], ctx)).retcode === 0 }),
    create: fn({
      doc: "Make an array. Options of mdadm are named, such as chunk.\n\nsalt '*' raid.create /dev/md0 level=1 chunk=256 devices=\"['/dev/xvdd', '/dev/xvde']\" test_mode=True",
      params: { name, level: p.any(), devices: p.any(), metadata: p.any('default'), test_mode, kwargs: p.keywords() },
      run: create,
    }),
    save_config: fn({ doc: "Write the arrays into mdadm.conf.\n\nsalt '*' raid.save_config", run: (_args, ctx) => save(ctx) }),
    assemble: fn({ doc: "Put an array together again.\n\nsalt '*' raid.assemble /dev/md0 ['/dev/xvdd', '/dev/xvde']", params: { name, devices: p.any(), test_mode, kwargs: p.keywords() }, run: assemble }),
    examine: fn({
      doc: "Give what a device knows of its array.\n\nsalt '*' raid.examine /dev/sda1",
      params: { device: p.string(), quiet: p.bool(false, 'a device of no array is no error in the log') },
      run: async ({ device, quiet }, ctx) => parseExamine((await mdadm(['-Y', '-E', word(device, 'Device')], ctx, { ignore_retcode: quiet })).stdout),
    }),
    add: fn({
      doc: "Add a device to an array.\n\nsalt '*' raid.add /dev/md0 /dev/sda1",
      params: { name, device: p.string(), strict },
      async run(args, ctx) {
        const done = await mdadm(['--manage', word(args.name, 'Name'), '--add', word(args.device, 'Device')], ctx);
        return told(done.retcode === 0 ? true : wordsOf(done), args.strict);
      },
    }),
  },
});
