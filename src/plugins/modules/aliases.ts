/** The table of mail aliases. */
import { isAbsolute } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { textLines } from '../../kernel/sys/file/content.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, mapFrom, type Value } from '../../kernel/std/value.js';

/** A line: an alias with its target, or only what stands in `comment`. */
interface Line {
  readonly alias: string;
  readonly target: string;
  readonly comment: string;
}
const LINE = /^([^:#]*)\s*:?\s*([^#]*?)(\s+#.*|$)/;
const NEW_FILE_MODE = 0o644;

async function tablePath(ctx: Context): Promise<string> {
  const path = str(await ctx.call('config.option', ['aliases.file']));
  if (!isAbsolute(path)) throw new CommandExecutionError(`aliases.file must be an absolute path, not '${path}'`);
  return path;
}

function readLine(text: string): Line {
  const found = LINE.exec(text);
  return found === null ? { alias: '', target: '', comment: text.trim() } : { alias: String(found[1]), target: String(found[2]), comment: String(found[3]) };
}

async function readTable(ctx: Context): Promise<Line[]> {
  return textLines(await ctx.sys.readText(await tablePath(ctx)) ?? '').map((line) => readLine(line.replace(/\n$/, '')));
}

const lineText = ({ alias, target, comment }: Line): string => (alias !== '' && target !== '' ? `${alias}: ${target}${comment}\n` : `${comment}\n`);

async function writeTable(lines: readonly Line[], ctx: Context): Promise<true> {
  const path = await tablePath(ctx);
  const isNew = !await ctx.sys.exists(path);
  await ctx.sys.writeFile(path, lines.map(lineText).join(''), isNew ? { mode: NEW_FILE_MODE } : {});
  const program = await ctx.sys.which('newaliases');
  if (program !== undefined) await ctx.call('cmd.run', [[program]], { python_shell: false });
  return true;
}

async function targetOf(alias: string, ctx: Context): Promise<string> {
  return (await readTable(ctx)).findLast((line) => line.alias === alias && alias !== '')?.target ?? '';
}

/** Several targets stand in one line. */
const joined = (target: Value): string => (isList(target) ? target.map(str).join(', ') : str(target));

function given(value: string, what: string): string {
  if (value === '') throw new InvocationError(`${what} can not be an empty string`);
  // A second line would be an alias of its own, and aliases can start programs.
  if (/[\r\n\0]/.test(value)) throw new InvocationError(`${what} must be one line`);
  return value;
}

async function setTarget(alias: string, target: string, ctx: Context): Promise<true> {
  if (await targetOf(alias, ctx) === target) return true;
  const lines = await readTable(ctx);
  const first = lines.find((line) => line.alias === alias);
  if (first === undefined) return writeTable([...lines, { alias, target, comment: '' }], ctx);
  return writeTable(lines.filter((line) => line === first || line.alias !== alias).map((line) => (line === first ? { ...line, target } : line)), ctx);
}

const alias = p.string();

export default defineModule({
  name: 'aliases',
  doc: 'Reads and edits the table of mail aliases.',
  functions: {
    list_aliases: fn({
      doc: "Give the targets by alias.\n\nsalt '*' aliases.list_aliases",
      outputter: 'yaml',
      run: async (_args, ctx) => mapFrom((await readTable(ctx)).filter((line) => line.alias !== '').map((line) => [line.alias, line.target])),
    }),
    get_target: fn({
      doc: "Give the target of an alias, or an empty text.\n\nsalt '*' aliases.get_target alias",
      params: { alias },
      outputter: 'txt',
      run: (args, ctx) => targetOf(args.alias, ctx),
    }),
    has_target: fn({
      doc: "Say whether an alias has a target.\n\nsalt '*' aliases.has_target alias target",
      params: { alias, target: p.any() },
      outputter: 'txt',
      async run(args, ctx) {
        if (args.target === '') throw new InvocationError('target can not be an empty string');
        const line = (await readTable(ctx)).findLast((one) => one.alias === args.alias && one.alias !== '');
        return line !== undefined && line.target === joined(args.target);
      },
    }),
    set_target: fn({
      doc: "Set the target of an alias.\n\nsalt '*' aliases.set_target alias target",
      params: { alias, target: p.any() },
      outputter: 'txt',
      run: (args, ctx) => setTarget(given(args.alias, 'alias'), given(joined(args.target), 'target'), ctx),
    }),
    rm_alias: fn({
      doc: "Remove an alias.\n\nsalt '*' aliases.rm_alias alias",
      params: { alias },
      outputter: 'txt',
      async run(args, ctx) {
        if (await targetOf(args.alias, ctx) === '') return true;
        return writeTable((await readTable(ctx)).filter((line) => line.alias !== args.alias), ctx);
      },
    }),
  },
});
