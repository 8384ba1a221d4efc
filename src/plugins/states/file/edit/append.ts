/** `file.append`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done } from '../../../../kernel/contract/state.js';
import { splitLines } from '../../../../kernel/std/python-space.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { lineChanges, textOf } from '../ground/differences.js';
import { blankTolerant, renderSources, SourceFailure, sourcesOf, textList, type SourceArgs } from '../ground/texts.js';
import { roomForText } from './room.js';

export interface AddArgs extends SourceArgs {
  readonly text: Value;
  readonly makedirs: Value;
  readonly show_changes: Value;
}

/** Pieces of text: rendered from the sources where there are any. */
export async function piecesOf(ctx: Context, args: AddArgs, sources: readonly string[]): Promise<string[]> {
  return sources.length > 0 ? renderSources(ctx, sources, args) : textList(args.text);
}

/** True when the file has this piece, whatever blanks stand between its words. */
export const has = async (ctx: Context, path: string, pattern: string): Promise<boolean> =>
  isTruthy(await ctx.call('file.search', [path, pattern], { multiline: true }));

/** The answer of a source that cannot be had, which Salt names after the source. */
export function sourceAnswer(error: unknown): PlainMap {
  if (!(error instanceof SourceFailure)) throw error;
  return { name: error.source, changes: {}, result: false, comment: error.message, data: [] };
}

/** `shown` is the name of the answer. @throws Refusal */
export async function append(ctx: Context, path: string, shown: string, args: AddArgs & { readonly ignore_whitespace: Value }): Promise<PlainMap> {
  const sources = sourcesOf(args);
  const foretold = await roomForText(ctx, path, args.makedirs);
  if (foretold !== undefined) return foretold;
  let pieces: string[];
  try {
    pieces = await piecesOf(ctx, args, sources);
  } catch (error) {
    return sourceAnswer(error);
  }
  const before = splitLines(await textOf(ctx, path));
  const lines: string[] = [];
  for (const piece of pieces) {
    if (!await has(ctx, path, isTruthy(args.ignore_whitespace) ? blankTolerant(piece) : piece)) lines.push(...splitLines(piece));
  }
  const wish = { path, showChanges: isTruthy(args.show_changes), glue: '\n' };
  if (ctx.test) {
    if (lines.length === 0) return done(shown, `File ${path} is in correct state`);
    return { name: shown, changes: await lineChanges(ctx, before, [...before, ...lines], wish), result: null, comment: `File ${path} is set to be updated` };
  }
  if (lines.length > 0) await ctx.call('file.append', [path], { args: lines });
  const comment = lines.length > 0 ? `Appended ${lines.length} lines` : `File ${path} is in correct state`;
  return done(shown, comment, await lineChanges(ctx, before, splitLines(await textOf(ctx, path)), wish));
}
