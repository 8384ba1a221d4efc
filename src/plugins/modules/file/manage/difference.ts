/** `file.get_diff`, and what counts as a difference when order, blanks or comments are ignored. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import { compareText } from '../../../../kernel/std/python-order.js';
import { strip } from '../../../../kernel/std/python-space.js';
import { str } from '../../../../kernel/std/python-text.js';
import { tupleOf } from '../../../../kernel/std/sequences.js';
import { unifiedDiff } from '../../../../kernel/std/unified-diff.js';
import { isList, isTruthy, type Value } from '../../../../kernel/std/value.js';
import { lineText } from '../edit/differences.js';
import { isTextFile, readBytes } from '../../../../kernel/sys/file/content.js';
import { isSystemError, reasonOf } from '../../../../kernel/sys/file/os-error.js';
import { bytesAsText, textAsBytes } from '../../../../kernel/sys/file/regex.js';

/** What does not count as a change of content. */
export interface Leniency {
  readonly ordering: boolean;
  readonly whitespace: boolean;
  /** Text that begins a comment, or a list of such texts. */
  readonly comments: Value;
}

export const STRICT: Leniency = { ordering: false, whitespace: false, comments: null };

/** True when anything is ignored; then answers say besides whether the change counts. */
export function isLenient({ ordering, whitespace, comments }: Leniency): boolean {
  return ordering || whitespace || isTruthy(comments);
}

export interface DiffWish {
  readonly saltenv?: string;
  readonly showNames?: boolean;
  readonly showChanges?: boolean;
  readonly template?: boolean;
  readonly hashes?: readonly [Value, Value];
  readonly leniency?: Leniency;
}

export interface Difference {
  /** The diff, or a sentence in its place; empty when the files are equal. */
  readonly text: string;
  /** Whether the difference counts. Without leniency: whether there is one. */
  readonly counts: boolean;
}

/** Both files may be any source that can be cached. @throws CommandExecutionError when one cannot be had. */
export async function differenceOf(ctx: Context, file1: string, file2: string, wish: DiffWish = {}): Promise<Difference> {
  const paths = await cachedPaths(ctx, [file1, file2], wish);
  const [old, fresh] = [await contentOf(ctx, paths[0]), await contentOf(ctx, paths[1])];
  if (old.equals(fresh)) return { text: '', counts: false };
  const obfuscated = wish.template === true && isTruthy(await ctx.call('config.option', ['obfuscate_templates']));
  if (obfuscated) return { text: '<Obfuscated Template>', counts: true };
  if (wish.showChanges === false) return { text: '<show_changes=False>', counts: true };
  const binary = binaryWords(await isTextFile(ctx.sys, paths[0]), await isTextFile(ctx.sys, paths[1]));
  if (binary !== '') return { text: binary, counts: true };
  const names = wish.showNames === false ? {} : { from: paths[0], to: paths[1] };
  const lines = unifiedDiff(linesOf(old), linesOf(fresh), names);
  const leniency = wish.leniency ?? STRICT;
  return { text: lines.join(''), counts: isLenient(leniency) ? countsAsChange(lines, leniency) : lines.length > 0 };
}

/** The answer of `file.get_diff`: text, or with leniency a pair. */
export async function diffAnswer(ctx: Context, file1: string, file2: string, wish: DiffWish): Promise<Value> {
  const { text, counts } = await differenceOf(ctx, file1, file2, wish);
  return isLenient(wish.leniency ?? STRICT) && (text === '' || text.startsWith('--- ')) ? tupleOf([counts, text]) : text;
}

async function cachedPaths(ctx: Context, files: readonly [string, string], wish: DiffWish): Promise<readonly [string, string]> {
  const paths: string[] = [];
  const errors: string[] = [];
  for (const [at, file] of files.entries()) {
    try {
      const path = await ctx.call('cp.cache_file', [file, wish.saltenv ?? 'base'], { source_hash: wish.hashes?.[at] ?? null });
      if (path === false) errors.push(`File ${file} not found`);
      else paths.push(str(path));
    } catch (error) {
      if (!(error instanceof PythonError) || !error.className.endsWith('MinionError')) throw error;
      errors.push(error.message);
    }
  }
  const [first, second] = paths;
  if (errors.length === 0 && first !== undefined && second !== undefined) return [first, second];
  const list = errors.map((error) => `- ${error}`).join('\n');
  throw new CommandExecutionError(`Failed to cache one or more files. Additional info follows:\n\n${list}`);
}

async function contentOf(ctx: Context, path: string): Promise<Buffer> {
  try {
    return await readBytes(ctx.sys, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Failed to read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function linesOf(bytes: Buffer): string[] {
  return (bytesAsText(bytes).match(/[^\n]*\n|[^\n]+/g) ?? []).map((line) => lineText(textAsBytes(line)));
}

function binaryWords(oldIsText: boolean, freshIsText: boolean): string {
  if (oldIsText && freshIsText) return '';
  if (!oldIsText && !freshIsText) return 'Replace binary file';
  return oldIsText ? 'Replace text file with binary file' : 'Replace binary file with text file';
}

/** Compares what was added with what was taken away, both sorted. */
function countsAsChange(lines: readonly string[], { whitespace, comments }: Leniency): boolean {
  const signs = isList(comments) ? comments.map(str) : typeof comments === 'string' ? [comments] : [];
  const sides: Record<string, string[]> = { '+': [], '-': [] };
  for (const line of lines) {
    const side = sides[line.charAt(0)];
    if (side === undefined || line.startsWith('+++') || line.startsWith('---')) continue;
    const plain = signs.reduce((text, sign) => (text.includes(sign) ? text.slice(0, text.indexOf(sign)) : text), line.slice(1));
    const kept = whitespace ? strip(plain) : plain;
    if (kept !== '') side.push(kept);
  }
  const [added, removed] = [sides['+'] ?? [], sides['-'] ?? []].map((side) => side.sort(compareText).join('\0'));
  return added !== removed;
}
