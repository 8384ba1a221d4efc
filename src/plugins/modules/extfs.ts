/** File systems ext2, ext3 and ext4. The craft is in the folder beside it. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { splitWords } from '../../kernel/sys/shell-words.js';
import { parseDump } from './extfs/dump.js';
import { MAKE, PROGRESS, TUNE } from './extfs/options.data.js';
import { runAll, word } from './lookup/programs.js';

const device = p.string();
const full_return = p.bool(false, 'give all that the program gave, with its lines as comment');

/** True is an option without a value. Differs: a value is one word, whatever is in it. */
function optionWords(letters: ReadonlyMap<string, string>, kwargs: PlainMap): string[] {
  return Object.entries(kwargs).flatMap(([name, value]) => {
    const letter = letters.get(name);
    if (letter === undefined) return [];
    return str(value).toLowerCase() === 'true' ? [`-${letter}`] : [`-${letter}`, str(value)];
  });
}

async function linesOf(argv: readonly string[], isFull: boolean, isShown: (line: string) => boolean, ctx: Context): Promise<Value> {
  const done = await runAll(ctx, argv);
  const comment = splitLines(`${done.stdout}\n${done.stderr}`).filter(isShown);
  return isFull ? { ...done, comment } : comment;
}

/** Differs: what is no file system is an error in the words of dumpe2fs; Salt gives empty maps. */
async function dump(name: string, args: string | null, ctx: Context): Promise<{ attributes: PlainMap; blocks: PlainMap }> {
  const done = await runAll(ctx, ['dumpe2fs', word(name, 'Device'), ...isTruthy(args) ? splitWords(`-${args ?? ''}`) : []]);
  if (done.retcode !== 0) throw new CommandExecutionError(`${done.stderr}\n${done.stdout}`.trim());
  return parseDump(splitLines(done.stdout));
}

const dumped = { device, args: p.string(null, 'options of dumpe2fs, without the first dash') };

export default defineModule({
  name: 'extfs',
  when: { kernel: ['Linux'] },
  doc: 'File systems ext2, ext3 and ext4, by mke2fs, tune2fs and dumpe2fs.',
  functions: {
    mkfs: fn({
      doc: "Make a file system. Options are named: label, block_size, inode_size, reserved, opts, ext_opts, uuid, check, journal and so on.\n\nsalt '*' extfs.mkfs /dev/sda1 fs_type=ext4 opts='acl,noexec'",
      params: { device, fs_type: p.string(), full_return, kwargs: p.keywords() },
      run: (args, ctx) => linesOf(
        ['mke2fs', '-F', '-t', args.fs_type, ...optionWords(MAKE, args.kwargs), word(args.device, 'Device')],
        args.full_return, (line) => line !== '' && !PROGRESS.some((start) => line.startsWith(start)), ctx,
      ),
    }),
    tune: fn({
      doc: "Change a file system. Options are named: label, max, count, error, interval, reserved_percentage, feature, opts, uuid and so on.\n\nsalt '*' extfs.tune /dev/sda1 force=True label=wildstallyns opts='acl,noexec'",
      params: { device, full_return, kwargs: p.keywords() },
      run: (args, ctx) => linesOf(['tune2fs', ...optionWords(TUNE, args.kwargs), word(args.device, 'Device')], args.full_return, () => true, ctx),
    }),
    attributes: fn({ doc: "Give the attributes of a file system.\n\nsalt '*' extfs.attributes /dev/sda1", params: dumped, run: async (args, ctx) => (await dump(args.device, args.args, ctx)).attributes }),
    blocks: fn({ doc: "Give the groups of blocks of a file system.\n\nsalt '*' extfs.blocks /dev/sda1", params: dumped, run: async (args, ctx) => (await dump(args.device, args.args, ctx)).blocks }),
    dump: fn({ doc: "Give the attributes and the groups of blocks of a file system.\n\nsalt '*' extfs.dump /dev/sda1", params: dumped, run: (args, ctx) => dump(args.device, args.args, ctx) }),
  },
});
