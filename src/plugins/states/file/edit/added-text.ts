/** What the states that add text to a file share: the pieces to add, and whether the file has them. */
import type { Context } from '../../../../kernel/contract/context.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { renderSources, SourceFailure, sourcesOf, textList, type SourceArgs } from '../ground/texts.js';
import { roomForText } from './room.js';

export interface AddArgs extends SourceArgs {
  readonly text: Value;
  readonly makedirs: Value;
  readonly show_changes: Value;
}

/** True when the file has this piece, whatever blanks stand between its words. */
export const has = async (ctx: Context, path: string, pattern: string): Promise<boolean> =>
  isTruthy(await ctx.call('file.search', [path, pattern], { multiline: true }));

/** The answer of a source that cannot be had, which Salt names after the source. */
export function sourceAnswer(error: unknown): PlainMap {
  if (!(error instanceof SourceFailure)) throw error;
  return { name: error.source, changes: {}, result: false, comment: error.message, data: [] };
}

/**
 * Makes room for the text, then gives its pieces: rendered from the sources where there are any; or the answer of the state, where it ends here.
 * @throws Refusal
 */
export async function addedText(ctx: Context, path: string, args: AddArgs): Promise<{ pieces: string[] } | { answer: PlainMap }> {
  const sources = sourcesOf(args);
  const foretold = await roomForText(ctx, path, args.makedirs);
  if (foretold !== undefined) return { answer: foretold };
  try {
    return { pieces: sources.length > 0 ? await renderSources(ctx, sources, args) : textList(args.text) };
  } catch (error) {
    return { answer: sourceAnswer(error) };
  }
}
