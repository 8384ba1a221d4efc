/** Jinja's `wordwrap`, on Python's `textwrap`. Source: read, Python 3.11 documentation. */
import { splitLines } from '../../../kernel/std/python-space.js';
import { codePoints, lengthOf } from '../python/code-points.js';

export interface WrapOptions {
  readonly width: number;
  readonly breakLong: boolean;
  readonly onHyphens: boolean;
  readonly lineEnd: string;
}

export function wrapText(text: string, options: WrapOptions): string {
  return splitLines(text).map((line) => wrapLine(line, options).join(options.lineEnd)).join(options.lineEnd);
}

/** Words and blanks; with hyphens also the pieces of words between letters. */
function chunksOf(line: string, onHyphens: boolean): string[] {
  const words = line.match(/[ \t\v\f\r]+|[^ \t\v\f\r]+/g) ?? [];
  if (!onHyphens) return words;
  return words.flatMap((word) => (/^[ \t]/.test(word) ? [word] : word.match(/(?:[^-]*?[^\W\d_]-(?=[^\W\d_]{2}|[^\W\d_]-))|.+?(?=-{2,}\w)|-{2,}(?=\w)|.+$/gs) ?? [word]));
}

function wrapLine(line: string, { width, breakLong, onHyphens }: WrapOptions): string[] {
  const chunks = chunksOf(line, onHyphens).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const current: string[] = [];
    let length = 0;
    if ((chunks.at(-1) as string).trim() === '' && lines.length > 0) chunks.pop();
    while (chunks.length > 0 && length + lengthOf(chunks.at(-1) as string) <= width) {
      const chunk = chunks.pop() as string;
      current.push(chunk);
      length += lengthOf(chunk);
    }
    const long = chunks.at(-1);
    if (long !== undefined && lengthOf(long) > width) takeLong(chunks, current, width - length, breakLong, width);
    if (current.at(-1)?.trim() === '') current.pop();
    if (current.length > 0) lines.push(current.join(''));
  }
  return lines;
}

/** A word longer than a line: cut, or put on a line of its own. */
function takeLong(chunks: string[], current: string[], room: number, breakLong: boolean, width: number): void {
  const word = chunks.pop() as string;
  if (breakLong) {
    const letters = codePoints(word);
    const space = width < 1 ? 1 : Math.max(room, 0);
    if (space > 0) current.push(letters.slice(0, space).join(''));
    chunks.push(letters.slice(space).join(''));
  } else if (current.length === 0) {
    current.push(word);
  } else {
    chunks.push(word);
  }
}
