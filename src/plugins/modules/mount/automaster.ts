/** The table of the automounter, as macOS has it. Source: observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { osErrorText } from '../../../kernel/std/os-error.js';
import { isTruthy, mapFrom, mapHas, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { field, fieldsOf, isFile, isTestRun, readLines, writeLines } from './table-file.js';

const MASTER = '/etc/auto_master';
const PREFIX = '/..';

/** Point, options and device of a line; undefined for a comment and for what is no entry. */
function readEntry(line: string): readonly [string, string, string] | undefined {
  const [point, options, device, ...rest] = fieldsOf(line);
  if (line.startsWith('#') || point === undefined || options === undefined || device === undefined || rest.length > 0) return undefined;
  return [point, options, device];
}

const pointOf = (text: string): string => text.replaceAll(PREFIX, '');

function deviceOf(text: string): string {
  const device = text.split(':')[1];
  if (device === undefined) throw new PythonError('IndexError', 'list index out of range');
  return device;
}

export async function listPoints(path: string, ctx: Context): Promise<ValueMap> {
  if (!(await isFile(path, ctx))) return {};
  const entries = (await readLines(path, ctx)).map(readEntry).filter((entry) => entry !== undefined);
  return mapFrom(entries.map(([point, options, device]): [string, PlainMap] => {
    const [fstype = '', ...opts] = options.split(',');
    return [pointOf(point), { device: deviceOf(device), fstype, opts }];
  }));
}

export async function removePoint(path: string, name: string, device: string | null, ctx: Context): Promise<true> {
  if (!mapHas(await listPoints(path, ctx), name)) return true;
  const kept = (await readLines(path, ctx)).filter((line) => {
    const entry = readEntry(line);
    return entry === undefined || pointOf(entry[0]) !== name || (isTruthy(device) && deviceOf(entry[2]) !== device);
  });
  await writeLines(path, kept, ctx, (err) => `Couldn't write to ${path}: ${osErrorText(err)}`);
  await ctx.call('cmd.run', [['automount', '-cv']], { python_shell: false });
  return true;
}

export interface PointWish {
  readonly name: string;
  readonly device: string;
  readonly fstype: string;
  readonly opts: string;
  readonly config: string;
  readonly test: Value;
  readonly notChange: Value;
  readonly keywords: PlainMap;
}

/** Sees to it that the entry is in the table: `present`, `change` or `new`. */
export async function setPoint({ name, device, fstype, opts, config, test, notChange, keywords }: PointWish, ctx: Context): Promise<string> {
  const wanted = [`${PREFIX}${field(name)}`, `-fstype=${field(fstype)},${field(opts)}`, `${fstype === 'smbfs' ? '' : fstype}:${field(device)}`] as const;
  const line = `${wanted.join('\t')}\n`;
  if (!(await isFile(config, ctx))) {
    await ctx.call('file.touch', [config]);
    await ctx.call('file.append', [MASTER, `/-\t\t\t${config}`]);
  }
  let state = 'new' as 'present' | 'change' | 'new';
  const lines = (await readLines(config, ctx)).map((old) => {
    const entry = readEntry(old);
    if (entry === undefined || (entry[0] !== wanted[0] && entry[2] !== wanted[2])) return old;
    const right = isTruthy(notChange) || entry.join() === wanted.join();
    if (!right) state = 'change';
    else if (state === 'new') state = 'present';
    return right ? old : line;
  });
  if (state === 'new') lines.push(line);
  if (state !== 'present' && !isTestRun(test, keywords)) await writeLines(config, lines, ctx, () => `File not writable ${config}`);
  return state;
}
