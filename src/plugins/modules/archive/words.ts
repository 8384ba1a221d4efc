/** Arguments of archive functions: lists of names, patterns, templates. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { globPaths, hasMagic } from '../../../kernel/sys/glob.js';
import { renderedWords } from '../shared/rendered-words.js';

/** Names in a list or separated by commas. */
export function nameList(value: Value): string[] {
  if (value === null) return [];
  return Array.isArray(value) ? (value as readonly Value[]).map(str) : str(value).split(',').map((one) => one.trim());
}

/** Paths, with those that fit in the place of patterns. */
export const sourcePaths = (sources: Value): string[] => nameList(sources).flatMap((source) => (hasMagic(source) ? globPaths(source) : [source]));

/** What follows is no option, whatever it begins with; said only where it matters. */
export const operands = (names: readonly string[]): string[] => (names.some((one) => one.startsWith('-')) ? ['--', ...names] : [...names]);

/** A number, or True for 100: how many lines are told. */
export function trimmed(lines: readonly string[], trim: Value): string[] {
  if (trim === false || trim === null) return [...lines];
  const count = trim === true ? 100 : Number(trim);
  return lines.length > count ? [...lines.slice(0, count), `List trimmed after ${count} files.`] : [...lines];
}

/** Output of a program by lines; none when it is silent. */
export const runLines = async (argv: readonly string[], options: PlainMap, ctx: Context): Promise<string[]> =>
  splitLines(str(await ctx.call('cmd.run', [[...argv]], { python_shell: false, ...options })));

/** A text as a template of an engine; as it is without one. */
export async function rendered(text: string, engine: string | null, ctx: Context): Promise<string> {
  const [done] = await renderedWords(ctx, [text], engine, { saltenv: str(ctx.opts['saltenv'] ?? 'base') });
  return done;
}
