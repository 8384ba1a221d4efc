/**
 * What drives tell of themselves: `hdparm`, `smartctl`.
 *
 * Source: read, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapFrom, mapValues, typeName, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { intOf, needProgram, runAll, word } from '../lookup/programs.js';

const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : [value]);

async function hdparm(ctx: Context, words: readonly string[], failHard: boolean): Promise<string> {
  await needProgram(ctx, 'hdparm');
  const done = await runAll(ctx, ['hdparm', ...words]);
  if (done.retcode !== 0) {
    const text = `hdparm ${words.join(' ')}: ${done.stderr}`;
    if (failHard) throw new CommandExecutionError(text);
    ctx.log.warn({}, text);
  }
  return done.stdout;
}

export async function hdparms(ctx: Context, disks: Value, args: Value): Promise<PlainMap> {
  await needProgram(ctx, 'hdparm');
  const letters = Array.isArray(args) ? args.map((part: Value) => str(part)).join('') : str(args);
  if (!/^[A-Za-z0-9]+$/.test(letters)) throw new InvocationError(`Options '${letters}' are not valid`);
  const found: PlainMap = {};
  for (const given of listOf(disks)) {
    const disk = diskPath(given);
    found[disk] = readParameters(await hdparm(ctx, [`-${letters}`, disk], false), disk);
  }
  return found;
}

const diskPath = (given: Value): string => (str(given).startsWith('/dev') ? str(given) : `/dev/${str(given)}`);

function readParameters(output: string, disk: string): PlainMap {
  const parameters: PlainMap = {};
  for (const line of output.split('\n').map((text) => text.trim())) {
    const at = line.includes(':') ? line.indexOf(':') : line.indexOf('=');
    if (at < 0 || line === `${disk}:`) continue;
    const key = line.slice(0, at).replace(line.includes(':') ? / is$/ : /$^/, '');
    const value = readValues(line.slice(at + 1).trim());
    if (value !== undefined) parameters[key.trim().toLowerCase().replaceAll(' ', '_')] = value;
  }
  return parameters;
}

/** `16 (on)`, `a/b, c=d`, a number or a word; undefined when there is nothing. */
function readValues(text: string): Value | undefined {
  if (/^[0-9]+ \(.*\)/.test(text)) {
    const [number = '', meaning = ''] = text.split(' ');
    return [Number(number), meaning.replace(/^[()]+|[()]+$/g, '')];
  }
  const values: Value[] = [];
  const named: PlainMap = {};
  for (const part of text.split(/[/,]/).map((piece) => piece.trim())) {
    const number = intOf(part);
    const equals = part.indexOf('=');
    if (number !== undefined) values.push(number);
    else if (equals < 0 && part !== '') values.push(part);
    else if (part.slice(equals + 1).trim() !== '') named[part.slice(0, equals).trim()] = part.slice(equals + 1).trim();
  }
  if (Object.keys(named).length > 0) values.push(named);
  return values.length > 1 ? values : values[0];
}

/** Sectors that a drive shows and hides; with a size, so much of each drive is shown from now on. */
export async function hostProtectedArea(ctx: Context, disks: Value, size: Value): Promise<Value> {
  const areas: [string, { total: number; visible: number }, Value][] = [];
  for (const [disk, parameters] of Object.entries(await hdparms(ctx, disks, 'N'))) {
    const { total, visible, status } = readSectors(parameters);
    const isWhole = visible === total || status.includes('disabled');
    areas.push([disk, { total, visible }, isWhole ? { total } : { total, visible, hidden: total - visible }]);
  }
  if (size === null) return Object.fromEntries(areas.map(([disk, , area]) => [disk, area]));
  for (const [disk, { total }] of areas) {
    await hdparm(ctx, ['--yes-i-know-what-i-am-doing', `-Np${shownSectors(total, size)}`, disk], true);
  }
  return null;
}

function readSectors(parameters: Value): { total: number; visible: number; status: string } {
  const first = isMap(parameters) ? mapValues(parameters)[0] : undefined;
  if (first === undefined) throw new PythonError('StopIteration', '');
  const parts = listOf(first);
  const [visible, total, status] = parts;
  if (parts.length < 3) throw new PythonError('ValueError', `not enough values to unpack (expected 3, got ${parts.length})`);
  if (parts.length > 3) throw new PythonError('ValueError', 'too many values to unpack (expected 3)');
  return { visible: Number(visible), total: Number(total), status: str(status ?? null) };
}

/** Sectors less than all, or a share to hide; each drive by its own size (Salt takes the result of one drive as the wish for the next). */
function shownSectors(total: number, size: Value): number {
  const text = str(size);
  const sectors = intOf(text);
  const share = text.includes('%') ? intOf(text.replaceAll('%', '')) : undefined;
  if (sectors === undefined && share === undefined) throw new PythonError('TypeError', `'<=' not supported between instances of '${typeName(size)}' and 'int'`);
  const shown = sectors === undefined ? Math.floor(((100 - (share ?? 0)) * total) / 100) : total - sectors;
  return shown <= 0 ? total : shown;
}

export async function smartAttributes(ctx: Context, dev: string, attributes: Value, values: Value): Promise<ValueMap> {
  const path = dev.startsWith('/dev/') ? dev : `/dev/${dev}`;
  const done = await runAll(ctx, ['smartctl', '--attributes', word(path, 'Device')], { output_loglevel: 'quiet' });
  if (done.retcode !== 0) throw new CommandExecutionError(done.stderr);
  const lines = done.stdout.split('\n');
  const head = lines.findIndex((line) => line.startsWith('ID#'));
  if (head < 0) return {};
  const names = (lines[head] ?? '').trim().split(/\s+/).slice(1).map((name) => name.toLowerCase());
  const found: [Value, Value][] = [];
  for (const line of lines.slice(head + 1)) {
    if (!/^\s*\d/.test(line)) break;
    const [id = '', ...cells] = splitAtMost(line.trim(), names.length);
    const attribute = Number(id);
    if (attributes === null || contains(attributes, attribute)) found.push([attribute, readCells(names, cells, values)]);
  }
  return mapFrom(found);
}

/** The last cell keeps its blanks. */
function splitAtMost(line: string, splits: number): string[] {
  const parts = line.split(/(\s+)/);
  const cells = parts.filter((_part, at) => at % 2 === 0);
  return cells.length <= splits + 1 ? cells : [...cells.slice(0, splits), parts.slice(splits * 2).join('')];
}

const contains = (wanted: Value, value: Value): boolean =>
  (Array.isArray(wanted) ? (wanted as readonly Value[]).includes(value) : typeof wanted === 'string' && typeof value === 'string' && wanted.includes(value));

function readCells(names: readonly string[], cells: readonly string[], wanted: Value): PlainMap {
  const kept = names.slice(0, cells.length).map((name, at) => [name, cells[at] ?? ''] as const)
    .filter(([name]) => wanted === null || contains(wanted, name));
  return Object.fromEntries(kept.map(([name, cell]) => [name, readCell(cell)]));
}

function readCell(cell: string): Value {
  const numbers = cell.split(' ').map(intOf);
  return numbers.every((number) => number !== undefined) ? (numbers.length === 1 ? numbers[0] ?? cell : numbers) : cell;
}
