/** `file.prepend`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import { linesWithEnds, splitLines } from '../../../../kernel/std/python-space.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { lineChanges, textOf } from '../ground/differences.js';
import { blankTolerant } from '../ground/texts.js';
import { addedText, has, type AddArgs } from './added-text.js';

/** @throws Refusal */
export async function prepend(ctx: Context, path: string, args: AddArgs & { readonly header: Value }): Promise<PlainMap> {
  const added = await addedText(ctx, path, args);
  if ('answer' in added) return added.answer;
  const before = linesWithEnds(await textOf(ctx, path));
  const lines: string[] = [];
  for (const piece of added.pieces) if (isTruthy(args.header) || !await has(ctx, path, blankTolerant(piece))) lines.push(...splitLines(piece));
  const isHeader = isTruthy(args.header) && startsWith(before, lines);
  const wish = { path, showChanges: isTruthy(args.show_changes) };
  if (ctx.test) {
    // Differs: Salt foretells a header that is there already once more.
    const changes = isHeader ? {} : await lineChanges(ctx, before, [...lines.map((line) => `${line}\n`), ...before], wish);
    if (Object.keys(changes).length === 0) return done(path, `File ${path} is in correct state`);
    return wouldChange(path, `File ${path} is set to be updated`, changes);
  }
  if (!isHeader) await ctx.call('file.prepend', [path, ...lines]);
  const changes = await lineChanges(ctx, before, linesWithEnds(await textOf(ctx, path)), wish);
  return done(path, lines.length > 0 && !isHeader ? `Prepended ${lines.length} lines` : `File ${path} is in correct state`, changes);
}

const startsWith = (file: readonly string[], lines: readonly string[]): boolean => {
  const head = file.slice(0, lines.length).flatMap(splitLines);
  return head.length === lines.length && head.every((line, at) => line === lines[at]);
};
