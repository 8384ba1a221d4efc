/** The tables `/etc/fstab` and Solaris' `/etc/vfstab`. Start at `listEntries` and `setEntry`. Source: observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { osErrorText } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, mapFrom, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { field, fieldsOf, isFile, isTestRun, readLines, writeLines } from './table-file.js';

type Entry = Readonly<Record<string, string>>;

/** How a table is written. */
interface Form {
  readonly keys: readonly string[];
  /** Fields that may be left out at the end, each `0`. */
  readonly optional: number;
  /** File systems that are found by their mount point, because their device says nothing. */
  readonly named: readonly string[];
  line(entry: Entry): string;
}

export const FSTAB: Form = {
  keys: ['device', 'name', 'fstype', 'opts', 'dump', 'pass_num'],
  optional: 2,
  named: ['none', 'tmpfs', 'sysfs', 'proc', 'fusectl', 'debugfs', 'securityfs', 'devtmpfs', 'cgroup', 'nfs', 'nfs4', 'glusterfs', 'btrfs', 'ceph'],
  line: (entry) => `${entry['device']}\t\t${entry['name']}\t${entry['fstype']}\t${entry['opts']}\t${entry['dump']} ${entry['pass_num']}\n`,
};

const VFSTAB_WIDTHS: Readonly<Record<string, number>> = { device: 11, device_fsck: 3, name: 19, fstype: 8, pass_fsck: 3, mount_at_boot: 6, opts: 0 };
export const VFSTAB: Form = {
  keys: Object.keys(VFSTAB_WIDTHS),
  optional: 0,
  named: ['devfs', 'proc', 'ctfs', 'objfs', 'sharefs', 'fs', 'tmpfs'],
  line: (entry) => `${Object.entries(VFSTAB_WIDTHS).map(([key, width]) => (entry[key] ?? '').padEnd(width)).join(' ')}\n`,
};

/** The entry of a line; undefined for a comment and for what is none. */
function readEntry(line: string, { keys, optional }: Form): Entry | undefined {
  const fields = fieldsOf(line);
  if (line.startsWith('#') || fields.length < keys.length - optional || fields.length > keys.length) return undefined;
  return Object.fromEntries(keys.map((key, at) => [key, fields[at] ?? '0']));
}

const sortedOptions = (text: string): string => text.split(',').toSorted().join();

function fits(wanted: Entry, entry: Entry): boolean {
  return Object.entries(wanted).every(([key, value]) =>
    (key === 'opts' ? sortedOptions(value) === sortedOptions(entry[key] ?? '') : entry[key] === value));
}

/** Entries by mount point; a second one of the same point gets a `_` at its name. */
export async function listEntries(path: string, ctx: Context): Promise<ValueMap> {
  const found = new Map<Value, PlainMap>();
  if (!(await isFile(path, ctx))) return {};
  for (const line of await readLines(path, ctx)) {
    const entry = readEntry(line, FSTAB);
    if (entry === undefined) continue;
    const { name: point = '', opts = '', pass_num: pass = '', ...rest } = entry;
    let name = point;
    while (found.has(name)) name += '_';
    found.set(name, { device: rest['device'] ?? '', fstype: rest['fstype'] ?? '', opts: opts.split(','), dump: rest['dump'] ?? '', pass });
  }
  return mapFrom(found);
}

/** Takes out the entries of a mount point and device; true even when there was none, as Salt has it. */
export async function removeEntry(path: string, name: string, device: string | null, ctx: Context): Promise<true> {
  const wanted: Entry = { name, ...(device === null ? {} : { device }) };
  const lines = await readLines(path, ctx);
  const kept = lines.filter((line) => {
    const entry = readEntry(line, FSTAB);
    return entry === undefined || !fits(wanted, entry);
  });
  if (kept.length < lines.length) await writeLines(path, kept, ctx, (err) => `Couldn't write to ${path}: ${osErrorText(err)}`);
  return true;
}

export interface Wish {
  /** Values of the new entry; null leaves a field out of comparisons. */
  readonly entry: PlainMap;
  readonly config: string;
  readonly test: Value;
  readonly matchOn: Value;
  readonly notChange: Value;
  readonly keywords: PlainMap;
}

/** Which fields tell that a line is the entry looked for. @throws CommandExecutionError */
function criteria(matchOn: Value, entry: Entry, form: Form): Entry {
  if (typeof matchOn !== 'string' && !isList(matchOn)) throw new CommandExecutionError('match_on must be a string or list of strings');
  const auto = form.named.includes(entry['fstype'] ?? '') ? 'name' : 'device';
  const keys = isList(matchOn) ? matchOn.map(str) : [matchOn === 'auto' ? auto : matchOn];
  const unknown = keys.filter((key) => !Object.hasOwn(entry, key));
  // Differs: Salt shows the address of a Python object in place of the keys.
  if (unknown.length > 0) throw new CommandExecutionError(`Unrecognized keys in match_on: "${unknown.join(', ')}"`);
  return Object.fromEntries(keys.map((key) => [key, entry[key] ?? '']));
}

/** Sees to it that the entry is in the table: `present`, `change` or `new`. */
export async function setEntry(form: Form, { entry: given, config, test, matchOn, notChange, keywords }: Wish, ctx: Context): Promise<string> {
  const entry: Entry = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null).map(([key, value]) => [key, field(str(value))]));
  const wanted = criteria(matchOn, entry, form);
  if (!(await isFile(config, ctx))) throw new CommandExecutionError(`Bad config file "${config}"`);
  let state = 'new' as 'present' | 'change' | 'new';
  const lines = (await readLines(config, ctx)).map((line) => {
    const found = readEntry(line, form);
    if (found === undefined || !fits(wanted, found)) return line;
    // As in Salt the last line that fits decides, also when an earlier one was changed.
    const right = fits(entry, found) || isTruthy(notChange);
    state = right ? 'present' : 'change';
    return right ? line : form.line(entry);
  });
  if (state === 'new') lines.push(form.line(entry));
  if (state !== 'present' && !isTestRun(test, keywords)) await writeLines(config, lines, ctx, () => `File not writable ${config}`);
  return state;
}
