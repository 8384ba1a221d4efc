/**
 * Space and inodes of file systems, as `df` tells them.
 *
 * Source: observed and read, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { isTruthy, mapFrom, mapGet, mapHas, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { fields, outputLines } from '../lookup/programs.js';

const FLAGS: ReadonlySet<Value> = new Set(['a', 'B', 'h', 'H', 'i', 'k', 'l', 'P', 't', 'T', 'x', 'v']);
const KILOBYTES: ReadonlySet<Value> = new Set(['OpenBSD', 'AIX']);

type Row = readonly [string, Value];

/** The flags as one word for `df`; nothing without flags. */
function flagWords(args: Value, caller: string): string[] {
  if (args === null) return [];
  const flags: readonly Value[] | undefined = typeof args === 'string' ? Array.from(args) : Array.isArray(args) ? args : undefined;
  if (flags === undefined) throw new PythonError('TypeError', `'${typeName(args)}' object is not iterable`);
  if (!flags.every((flag) => FLAGS.has(flag))) throw new CommandExecutionError(`Invalid flag passed to ${caller}`);
  return flags.length === 0 ? [] : [`-${flags.join('')}`];
}

function sizeCommand(kernel: Value): string[] {
  if (kernel === 'Linux') return ['df', '-P'];
  return KILOBYTES.has(kernel) ? ['df', '-kP'] : ['df'];
}

/** Names of file systems may have blanks: the second column is the first number. */
function columnsOf(line: string): string[] {
  const columns = fields(line);
  const at = columns.findIndex((column, index) => index > 0 && /^\d+$/.test(column));
  return at < 0 ? [] : [columns.slice(0, at).join(' '), ...columns.slice(at)];
}

/** Rows by mount point. A row with too few columns forgets those before it (observed). */
function collect(ctx: Context, rows: Iterable<Row | undefined>, what: string): ValueMap {
  let found: Row[] = [];
  for (const row of rows) {
    if (row === undefined) ctx.log.error({}, `Problem parsing ${what} information`);
    found = row === undefined ? [] : [...found, row];
  }
  return mapFrom(new Map(found));
}

const isData = (line: string): boolean => line !== '' && !line.startsWith('Filesystem');

/** Long names stand on a line of their own. */
function joined(lines: readonly string[]): string[] {
  const whole: string[] = [];
  let begun = '';
  for (const line of lines) {
    const text = begun === '' ? line : `${begun} ${line}`;
    begun = fields(text).length === 1 ? text : '';
    if (begun === '') whole.push(text);
  }
  return whole;
}

function usageRow(kernel: Value, columns: readonly string[]): Row | undefined {
  const [filesystem = '', blocks = '', used = '', available = '', capacity = '', sixth, seventh, eighth, ninth] = columns;
  if (kernel !== 'Darwin') return sixth === undefined ? undefined : [sixth, { filesystem, '1K-blocks': blocks, used, available, capacity }];
  if (ninth === undefined) return undefined;
  return [ninth, { filesystem, '512-blocks': blocks, used, available, capacity, iused: sixth ?? '', ifree: seventh ?? '', '%iused': eighth ?? '' }];
}

export async function usage(ctx: Context, args: Value): Promise<ValueMap> {
  const flags = flagWords(args, 'disk.usage');
  const { kernel = '' } = ctx.grains;
  if (kernel === 'Linux' && !(await ctx.sys.exists('/etc/mtab'))) {
    ctx.log.error({}, 'df cannot run without /etc/mtab');
    return {};
  }
  const command = kernel === 'SunOS' ? ['df', '-k'] : sizeCommand(kernel);
  const lines = joined((await outputLines(ctx, [...command, ...flags])).filter(isData));
  return collect(ctx, lines.map(columnsOf).filter((columns) => columns.length > 0).map((columns) => usageRow(kernel, columns)), 'disk usage');
}

export async function percent(ctx: Context, partition: Value): Promise<Value> {
  const { kernel = '' } = ctx.grains;
  const rows = (await outputLines(ctx, sizeCommand(kernel))).filter(isData).map(columnsOf).filter((columns) => columns.length > 0);
  const place = kernel === 'Darwin' ? 8 : 5;
  const found = collect(ctx, rows.map((columns) => {
    const path = columns[place];
    return path === undefined ? undefined : [path, columns[4] ?? ''] as const;
  }), 'disk usage');
  if (!isTruthy(partition)) return found;
  if (mapHas(found, partition)) return mapGet(found, partition) ?? null;
  ctx.log.error({ partition }, 'partition does not exist');
  return {};
}

function inodeRow(kernel: Value, columns: readonly string[]): Row | undefined {
  const at = (index: number): string => columns[index] ?? '';
  const filesystem = at(0);
  if (kernel === 'OpenBSD') {
    const inodes = Number(at(5)) + Number(at(6));
    return columns.length < 9 || Number.isNaN(inodes) ? undefined : [at(8), { inodes, used: at(5), free: at(6), use: at(7), filesystem }];
  }
  if (kernel === 'AIX') return columns.length < 7 ? undefined : [at(6), { inodes: at(4), used: at(5), free: at(2), use: at(5), filesystem }];
  return columns.length < 6 ? undefined : [at(5), { inodes: at(1), used: at(2), free: at(3), use: at(4), filesystem }];
}

export async function inodeUsage(ctx: Context, args: Value): Promise<ValueMap> {
  const flags = flagWords(args, 'disk.inodeusage');
  const { kernel = '' } = ctx.grains;
  const lines = await outputLines(ctx, ['df', kernel === 'AIX' ? '-i' : '-iP', ...flags]);
  const rows = lines.filter(isData).map(fields).filter((columns) => columns.length > 0);
  return collect(ctx, rows.map((columns) => inodeRow(kernel, columns)), 'inode usage');
}
