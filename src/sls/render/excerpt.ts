/** The lines around an error, as Salt prints them. Golden: render/err-*. */
import { splitLines } from '../../kernel/std/python-space.js';

const AROUND = 5;
const MARK = '    <======================';

/** `---`, up to five lines before and after, the line with its mark, `---`. */
export function markedLines(text: string, line: number): string {
  const lines = splitLines(text);
  // Lines behind the end come from Jinja's own code.
  if (line > lines.length) return text;
  const from = Math.max(0, line - AROUND - 1);
  const to = Math.min(lines.length, line + AROUND);
  const shown = lines.slice(from, to).map((one, at) => (from + at === line - 1 ? one + MARK : one));
  if (from > 0) shown.unshift('[...]');
  if (to < lines.length) shown.push('[...]');
  return `---\n${shown.join('\n')}\n---`;
}
