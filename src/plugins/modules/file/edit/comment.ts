/** `file.comment_line`, `file.comment`, `file.uncomment`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { InvocationError } from '../../../../kernel/contract/errors.js';
import { byteLines, isTextFile, readBytes } from '../../../../kernel/sys/file/content.js';
import { cutStart } from '../ground/lists.js';
import { expandUser, isRegularFile, realPath } from '../../../../kernel/sys/file/probe.js';
import { compilePattern, searching, type Pattern } from '../../../../kernel/sys/file/regex.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import { diffText } from './differences.js';
import { saveEdited } from './saving.js';

export interface CommentWish {
  readonly regex: string;
  readonly char: string;
  /** True to put the sign before the line, false to take it away. */
  readonly comment: boolean;
  readonly backup: string | false;
}

/** A diff of the lines that changed; false when no line fits. */
export async function commentLines(ctx: Context, given: string, wish: CommentWish): Promise<string | false> {
  const { sys } = ctx;
  const pattern = patternFor(wish);
  const path = await realPath(sys, await expandUser(sys, given));
  if (!(await isRegularFile(sys, path))) throw new InvocationError(`File not found: ${path}`);
  if (!(await isTextFile(sys, path))) throw new InvocationError(`Cannot perform string replacements on a binary file: ${path}`);
  const lines = byteLines(decodeUtf8(await readBytes(sys, path)));
  const fitting = searching(() => lines.map((line) => pattern.match(line) !== undefined));
  if (!fitting.includes(true)) return false;
  const change = (line: string): string => (wish.comment ? wish.char + line : cutStart(line, wish.char));
  const old = lines.filter((_, at) => fitting[at]);
  const text = lines.map((line, at) => (fitting[at] ? change(line) : line)).join('');
  await saveEdited(ctx, path, Buffer.from(text, 'utf8'), { backup: wish.backup, keepInode: false });
  return diffText(old, old.map(change));
}

/** Salt sets the anchors anew around the group; the sign is taken as a part of the pattern. */
function patternFor({ regex, char, comment }: CommentWish): Pattern {
  const inside = regex.replace(/^\^+/, '').replace(/\$+$/, '');
  const end = regex.endsWith('$') ? '$' : '';
  return compilePattern(comment ? `${regex.startsWith('^') ? '^' : ''}(${inside})${end}` : `^${char}\\s*(${inside})${end}`, 0);
}
