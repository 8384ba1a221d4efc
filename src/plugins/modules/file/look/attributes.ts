/** Attributes of files on extended file systems: `lsattr` and `chattr`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { InvocationError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { pathExists } from '../../../../kernel/sys/file/probe.js';

/** Letters by the age of e2fsprogs. Source: read, Salt 3008.3. */
const EXTENDED = /[aAcCdDeijPsStTu]/g;
const BASIC = /[acdijstuADST]/g;
const EXTENDED_SINCE = [1, 41, 12];

/** `file.lsattr`: `{path: [letters]}`; null where the program is missing. */
export async function readAttributes(ctx: Context, path: string): Promise<Record<string, string[]> | null> {
  if ((await ctx.sys.which('lsattr')) === undefined) return null;
  if (!(await pathExists(ctx.sys, path))) throw new InvocationError(`File or directory does not exist: ${path}`);
  const output = str(await ctx.call('cmd.run', [['lsattr', path]], { ignore_retcode: true, python_shell: false }));
  const found: Record<string, string[]> = {};
  for (const line of output.split('\n').filter((text) => text !== '' && !text.startsWith('lsattr: '))) {
    const [, letters = '', file = ''] = /^\s*(\S+)\s+(.*)$/s.exec(line) ?? [];
    found[file] = letters.match((await hasExtended(ctx)) ? EXTENDED : BASIC) ?? [];
  }
  return found;
}

async function hasExtended(ctx: Context): Promise<boolean> {
  const program = await ctx.sys.which('tune2fs');
  if (program === undefined) return false;
  const output = str(await ctx.call('cmd.run', [[program]], { ignore_retcode: true, python_shell: false }));
  const version = /tune2fs ([0-9.]+)/.exec(output)?.[1]?.split('.').map(Number);
  if (version === undefined) return false;
  const at = [0, 1, 2].find((place) => (version[place] ?? 0) !== EXTENDED_SINCE[place]) ?? 3;
  return at < 3 ? (version[at] ?? 0) > (EXTENDED_SINCE[at] ?? 0) : version.length > 3;
}

/** `file.chattr`: true when the program had nothing to say. */
export async function changeAttributes(ctx: Context, files: readonly Value[], wish: PlainMap): Promise<boolean> {
  const operator = wish['operator'] ?? null;
  const attributes = wish['attributes'] ?? null;
  if (operator !== 'add' && operator !== 'remove') {
    throw new InvocationError("Need an operator: 'add' or 'remove' to modify attributes.");
  }
  if (attributes === null) throw new InvocationError('Need attributes: [aAcCdDeijPsStTu]');
  const command = ['chattr', (operator === 'add' ? '+' : '-') + str(attributes)];
  if ((wish['flags'] ?? null) !== null) command.push(`-${str(wish['flags'] ?? null)}`);
  if ((wish['version'] ?? null) !== null) command.push('-v', str(wish['version'] ?? null));
  const output = await ctx.call('cmd.run', [[...command, ...files.map(str)]], { python_shell: false });
  return !isTruthy(output);
}

interface AttributeChange {
  readonly added: string | null;
  readonly removed: string | null;
}

/** What has to be added and removed to get exactly these letters; `e` (extents) is never taken away. Null without the program. */
export async function attributeChange(ctx: Context, path: string, wanted: string): Promise<AttributeChange | null> {
  const now = await readAttributes(ctx, path);
  if (now === null) return null;
  const old = new Set(now[path] ?? []);
  const wish = new Set(wanted);
  if (old.has('e')) wish.add('e');
  const letters = (from: Set<string>, without: Set<string>): string | null =>
    [...from].filter((letter) => !without.has(letter)).join('') || null;
  return { added: letters(wish, old), removed: letters(old, wish) };
}
