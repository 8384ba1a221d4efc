/** `file.append`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done } from '../../../../kernel/contract/state.js';
import { splitLines } from '../../../../kernel/std/python-space.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { lineChanges, textOf } from '../ground/differences.js';
import { blankTolerant } from '../ground/texts.js';
import { addedText, has, type AddArgs } from './added-text.js';

/** `shown` is the name of the answer. @throws Refusal */
export async function append(ctx: Context, path: string, shown: string, args: AddArgs & { readonly ignore_whitespace: Value }): Promise<PlainMap> {
  const added = await addedText(ctx, path, args);
  if ('answer' in added) return added.answer;
  const before = splitLines(await textOf(ctx, path));
  const lines: string[] = [];
  for (const piece of added.pieces) {
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
