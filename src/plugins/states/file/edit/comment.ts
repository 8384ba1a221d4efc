/** `file.comment` and `file.uncomment`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import { linesWithEnds } from '../../../../kernel/std/python-space.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import { byteLines } from '../../../../kernel/sys/file/content.js';
import { Refusal } from '../ground/answer.js';
import { demandFile } from '../ground/checks.js';
import { lineChanges, textOf } from '../ground/differences.js';

export interface CommentWish {
  readonly regex: string;
  readonly char: string;
  readonly backup: Value;
}

const isIn = async (ctx: Context, path: string, pattern: string): Promise<boolean> =>
  await ctx.call('file.search', [path, pattern], { multiline: true }) === true;

interface Turn {
  readonly into: boolean;
  /** Found in a file in which the work is done. */
  readonly wanted: string;
  readonly lines: (text: string) => string[];
  readonly words: { readonly done: string; readonly missing: string };
}

async function turn(ctx: Context, path: string, { regex, char, backup }: CommentWish, { into, wanted, lines, words }: Turn): Promise<PlainMap> {
  if (ctx.test) return wouldChange(path, `File ${path} is set to be updated`, { [path]: 'updated' });
  const before = lines(await textOf(ctx, path));
  await ctx.call('file.comment_line', [path, regex, char, into, backup]);
  const changes = await lineChanges(ctx, before, lines(await textOf(ctx, path)), { path });
  const result = await isIn(ctx, path, wanted);
  return { name: path, changes, result, comment: result ? words.done : words.missing };
}

/** Without flags in front, and without `^` and `$`. */
const bare = (regex: string): string => regex.replace(/^(\(\?[iLmsux]\))?\^?([^\n]*?)\$?$/, '$2');

/** @throws Refusal */
export async function comment(ctx: Context, path: string, wish: CommentWish, ignoreMissing: boolean): Promise<PlainMap> {
  await demandFile(ctx, path);
  const pattern = bare(wish.regex);
  const commented = wish.char + pattern;
  if (!await isIn(ctx, path, `^(?!\\s*${wish.char})\\s*${pattern}`)) {
    if (await isIn(ctx, path, commented)) return done(path, 'Pattern already commented');
    if (ignoreMissing) return done(path, 'Pattern not found and ignore_missing set to True');
    throw new Refusal(`${pattern}: Pattern not found`);
  }
  return turn(ctx, path, wish, {
    into: true, wanted: commented, lines: linesWithEnds, words: { done: 'Commented lines successfully', missing: 'Expected commented lines not found' },
  });
}

/** @throws Refusal */
export async function uncomment(ctx: Context, path: string, wish: CommentWish): Promise<PlainMap> {
  await demandFile(ctx, path);
  const pattern = wish.regex.replace(/^\^+/, '');
  const bareLine = `^[ \t]*${pattern}`;
  if (!await isIn(ctx, path, `${wish.char}[ \t]*${pattern}`)) {
    if (await isIn(ctx, path, bareLine)) return done(path, 'Pattern already uncommented');
    throw new Refusal(`${wish.regex}: Pattern not found`);
  }
  return turn(ctx, path, wish, {
    into: false, wanted: bareLine, lines: byteLines, words: { done: 'Uncommented lines successfully', missing: 'Expected uncommented lines not found' },
  });
}
