/** White space, lines and widths of text as Python sees them. JavaScript counts other characters as white space. */

/** What `str.isspace()` accepts, for use inside of a character class. Source: observed, Python 3.11. */
export const SPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LEADING = new RegExp(`^[${SPACE_CLASS}]+`);
const SPACE = new RegExp(`[${SPACE_CLASS}]`);
// oxlint-disable-next-line no-control-regex -- Python ends lines at some control characters
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

/** Python's `text.lstrip()`. */
export function stripStart(text: string): string {
  return text.replace(LEADING, '');
}

/** Python's `text.rstrip()`. Walks from the end, because a pattern would be quadratic on long inner white space. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Python's `text.strip()`. */
export function strip(text: string): string {
  return stripStart(stripEnd(text));
}

/** Python's `text.splitlines()`: no empty last line; form feeds and Unicode separators end lines too. */
export function splitLines(text: string): string[] {
  return linesWithEnds(text).map((line) => line.replace(LINE_END, ''));
}

/** Python's `text.splitlines(keepends=True)`. */
export function linesWithEnds(text: string): string[] {
  const lines: string[] = [];
  let from = 0;
  for (const match of text.matchAll(LINE_END)) {
    lines.push(text.slice(from, match.index + match[0].length));
    from = match.index + match[0].length;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}

/** Python's `len(text)`: code points, not UTF-16 units. */
export function textLength(text: string): number {
  let length = text.length;
  // Every pair of surrogates is one code point.
  for (const _pair of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) length -= 1;
  return length;
}

/** Python's `text.ljust(width)`. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textLength(text)));
}

/** Python's `text.rjust(width)`. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textLength(text))) + text;
}

/** Python's `text.center(width)`: the odd blank goes left when the width is odd. Source: golden, outputters/table-rows. */
export function center(text: string, width: number): string {
  const blanks = Math.max(0, width - textLength(text));
  const left = Math.floor(blanks / 2) + (blanks % 2 === 1 && width % 2 === 1 ? 1 : 0);
  return ' '.repeat(left) + text + ' '.repeat(blanks - left);
}
