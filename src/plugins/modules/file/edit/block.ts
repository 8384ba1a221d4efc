/** `file.blockreplace`: the text between two marker lines. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../../kernel/contract/errors.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { decodeAs, encodeAs } from '../ground/codec.js';
import { guessEncoding, isBinaryFile, readBytes, textLines } from '../../../../kernel/sys/file/content.js';
import { errorText, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, pathExists } from '../../../../kernel/sys/file/probe.js';
import { compilePattern, searching } from '../../../../kernel/sys/file/regex.js';
import { factsOf } from '../look/stat.js';
import { diffText } from './differences.js';
import { keepCopy, restoreRights } from './saving.js';

export interface BlockWish {
  readonly start: string;
  readonly end: string;
  readonly content: string;
  readonly append: boolean;
  readonly prepend: boolean;
  readonly backup: string | false;
  readonly dryRun: boolean;
  readonly showChanges: boolean;
  /** Null adds a line end only to content that has none. */
  readonly appendNewline: boolean | null;
  readonly insertBefore: Value;
  readonly insertAfter: Value;
}

const NOT_FOUND = 'Cannot edit marked block. Markers were not found in file.';

/** A diff, or whether there is (would be) a change. */
export async function replaceBlock(ctx: Context, given: string, wish: BlockWish): Promise<string | boolean> {
  const { sys } = ctx;
  if ([wish.append, wish.prepend, isTruthy(wish.insertBefore), isTruthy(wish.insertAfter)].filter(Boolean).length > 1) {
    throw new InvocationError(
      'Only one of append_if_not_found, prepend_if_not_found, insert_before_match, and insert_after_match is permitted',
    );
  }
  const path = await expandUser(sys, given);
  if (!(await pathExists(sys, path))) throw new InvocationError(`File not found: ${path}`);
  const encoding = await guessEncoding(sys, path);
  if (encoding === undefined && await isBinaryFile(sys, path)) {
    throw new InvocationError(`Cannot perform string replacements on a binary file: ${path}`);
  }
  checkExpressions(wish);
  const lines = textLines(decodeAs(await readOrExplain(ctx, path), encoding ?? 'utf-8'));
  const fresh = blockLines(lines, wish);
  const difference = diffText(lines, fresh);
  if (difference !== '' && !wish.dryRun) await save(ctx, path, encodeAs(fresh.join(''), encoding ?? 'utf-8'), wish.backup);
  return wish.showChanges ? difference : difference !== '';
}

function checkExpressions({ insertBefore, insertAfter }: BlockWish): void {
  for (const [name, value] of [['insert_before_match', insertBefore], ['insert_after_match', insertAfter]] as const) {
    if (isTruthy(value) && typeof value !== 'string') throw new CommandExecutionError(`RegEx expected in ${name} parameter.`);
  }
}

async function readOrExplain(ctx: Context, path: string): Promise<Buffer> {
  try {
    return await readBytes(ctx.sys, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandExecutionError(`Failed to read from ${path}: ${errorText(error)}`, { cause: error });
  }
}

/** A block as lines; `endLine` is what stands after the content. */
function contentLines(wish: BlockWish, lineEnd: string, endLine: string): string[] {
  const closing = endLine.replace(/[\r\n]+$/, '') + lineEnd;
  const ended = wish.appendNewline ?? !wish.content.endsWith('\n');
  const parts = wish.content.split(/\r\n|\n/);
  const last = parts.pop() ?? '';
  return [...parts.map((line) => line + lineEnd), ...(ended ? [last + lineEnd, closing] : [last + closing])];
}

/** The lines after editing. @throws CommandExecutionError when the block is open or nowhere. */
function blockLines(lines: readonly string[], wish: BlockWish): string[] {
  const lineEnd = /\r?\n$/.exec(lines[0] ?? '')?.[0] ?? '\n';
  const fresh: string[] = [];
  let inside = false;
  let found = false;
  for (const line of lines) {
    const end = line.indexOf(wish.end);
    if (line.includes(wish.start)) {
      inside = true;
      fresh.push(line);
    } else if (!inside) {
      fresh.push(line);
    } else if (end >= 0) {
      inside = false;
      found = true;
      fresh.push(...contentLines(wish, lineEnd, line.slice(end)));
    }
  }
  if (inside) throw new CommandExecutionError('Unterminated marked block. End of file reached before marker_end.');
  return found ? fresh : withNewBlock(lines, fresh, wish, lineEnd);
}

function withNewBlock(lines: readonly string[], fresh: readonly string[], wish: BlockWish, lineEnd: string): string[] {
  const block = [wish.start + lineEnd, ...contentLines(wish, lineEnd, wish.end)];
  if (wish.prepend) return [...block, ...fresh];
  if (wish.append) {
    const last = fresh.at(-1);
    const ended = last === undefined || last.endsWith(lineEnd) ? fresh : [...fresh.slice(0, -1), last + lineEnd];
    return [...ended, ...block];
  }
  const expression = wish.insertBefore || wish.insertAfter;
  if (typeof expression !== 'string' || expression === '') throw new CommandExecutionError(NOT_FOUND);
  const pattern = compilePattern(expression, 0);
  const at = searching(() => lines.findIndex((line) => pattern.search(line) !== undefined));
  if (at < 0) throw new CommandExecutionError(NOT_FOUND);
  return fresh.toSpliced(isTruthy(wish.insertBefore) ? at : at + 1, 0, ...block);
}

async function save(ctx: Context, path: string, content: Uint8Array, backup: string | false): Promise<void> {
  const before = await factsOf(ctx.sys, path);
  if (backup !== false) {
    await keepCopy(ctx.sys, path, `${path}${backup}`);
    await restoreRights(ctx, `${path}${backup}`, before);
  }
  await ctx.sys.writeFile(path, content);
  await restoreRights(ctx, path, before);
}
