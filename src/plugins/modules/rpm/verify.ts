/** What differs between installed files and the database of rpm. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageNames } from '../pkg/names.js';
import { splitWords } from '../pkg/targets.js';
import { linesOf, rpmWords, runRpm } from './query.js';

const FILE_TYPES: Readonly<Record<string, string>> = { c: 'config', d: 'doc', g: 'ghost', l: 'license', r: 'readme' };
/** Letter of each column of `rpm -V` and what it means. */
const MISMATCHES: readonly (readonly [string, string])[] = [
  ['S', 'size'], ['M', 'mode'], ['5', 'md5sum'], ['D', 'device major/minor number'], ['L', 'readlink path'],
  ['U', 'user'], ['G', 'group'], ['T', 'mtime'], ['P', 'capabilities'],
];

function wordList(value: Value | undefined, name: string): string[] {
  if (value !== undefined && typeof value !== 'string' && !Array.isArray(value)) {
    throw new InvocationError(`${name} must be a list or a comma-separated string`);
  }
  return splitWords(value);
}

/** `{ path: { mismatch: [...], type } }` of the files that differ. @throws CommandExecutionError, InvocationError */
export async function verifyPackages(packages: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const ignored = wordList(kwargs['ignore_types'], 'ignore_types');
  const options = wordList(kwargs['verify_options'], 'verify_options');
  const odd = options.find((option) => !/^[a-z][a-z0-9]*$/.test(option) || option === 'pipe');
  if (odd !== undefined) throw new InvocationError(`'${odd}' is no option for the verification of packages`);
  const selection = packages.length === 0 ? ['-Va'] : ['-V', ...packageNames(packages)];
  const done = await runRpm([...rpmWords(kwargs['root']), ...options.map((option) => `--${option}`), ...selection], ctx);
  if (done.stdout.trim() === '' && done.retcode !== 0) {
    throw new CommandExecutionError(`Failed to verify package(s)${done.stderr === '' ? '' : `: ${done.stderr}`}`);
  }
  const found: PlainMap = {};
  for (const line of linesOf(done.stdout)) {
    const [path, facts] = readVerified(line);
    if (facts['type'] === undefined || !ignored.includes(str(facts['type']))) found[path] = facts;
  }
  return found;
}

/** A line of `rpm -V`: nine columns of marks, one of the kind of file, the path. */
export function readVerified(line: string): [string, PlainMap] {
  const isMissing = line.includes('missing');
  // The word is one column shorter than the marks.
  const row = isMissing ? ` ${line}` : line;
  const type = FILE_TYPES[row.slice(11, 12)];
  const facts: PlainMap = isMissing ? { missing: true } : { mismatch: [] };
  if (type !== undefined) facts['type'] = type;
  if (!isMissing) facts['mismatch'] = MISMATCHES.filter(([letter], at) => row[at] === letter).map(([, word]) => word);
  return [row.slice(13), facts];
}

const ATTRIBUTES = ['size', 'mode', 'checksum', 'device', 'symlink', 'owner', 'group', 'time', 'capabilities'];

/** `{ path: [attribute, ...] }` of changed files; flags choose: `size=True` only those whose size differs. */
export async function modifiedFiles(packages: readonly Value[], flags: PlainMap, ctx: Context): Promise<PlainMap> {
  const { root, ...wanted } = flags;
  const done = await runRpm([...rpmWords(root), '-Va', ...packageNames(packages)], ctx, { ignore_retcode: false });
  if (done.retcode > 1) {
    const { stdout: _stdout, ...rest } = done;
    return { ...rest };
  }
  const found: PlainMap = {};
  for (const line of done.retcode === 0 ? [] : linesOf(done.stdout)) {
    const [path, stats] = readModified(line);
    const fits = Object.entries(wanted).filter(([name]) => !name.startsWith('_')).every(([name, value]) => isTruthy(value) === stats.includes(name));
    if (fits) found[path] = stats;
  }
  return found;
}

/** Every mark that is no dot counts, also those of `missing` (observed). */
export function readModified(line: string): [string, string[]] {
  const match = /^(\S+)\s+(?:(\S)\s+)?(.*)$/.exec(line);
  const marks = match?.[1] ?? '';
  const stats = ATTRIBUTES.filter((_name, at) => (marks[at] ?? '.') !== '.');
  return [match?.[3] ?? '', match?.[2] === undefined ? stats : [...stats, 'config']];
}
