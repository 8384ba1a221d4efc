/**
 * Shell patterns as Python's `fnmatch.fnmatchcase`: `*`, `?`, `[a-z]`, `[!a-z]`, over whole text, newlines included.
 * Works in time proportional to text times pattern, so that no pattern from outside can stall the program.
 *
 * Source: read, Python 3.11 `fnmatch.translate`.
 */

interface CharSet {
  readonly negated: boolean;
  /** Pairs of first and last character. */
  readonly ranges: readonly (readonly [string, string])[];
}
type Piece = '*' | '?' | { readonly literal: string } | CharSet;

/** True when the whole text fits the pattern; capital letters matter. */
export function fnmatch(text: string, pattern: string): boolean {
  return fits(Array.from(text), readPattern(pattern));
}

/** The same for many texts, read once. */
export function globMatcher(pattern: string): (text: string) => boolean {
  const pieces = readPattern(pattern);
  const wild = pieces.findIndex((piece) => piece === '*' || piece === '?' || !('literal' in piece));
  const start = Array.from(pattern).slice(0, wild < 0 ? undefined : wild).join('');
  if (wild < 0) return (text) => text === start;
  return (text) => text.startsWith(start) && fits(Array.from(text), pieces);
}

/** The texts that fit, in their order. */
export function fnmatchFilter(texts: Iterable<string>, pattern: string): string[] {
  const pieces = readPattern(pattern);
  return [...texts].filter((text) => fits(Array.from(text), pieces));
}

/** Greedy with one step back: on a mismatch the latest star takes one character more. */
function fits(text: readonly string[], pieces: readonly Piece[]): boolean {
  let at = 0;
  let piece = 0;
  let starPiece = -1;
  let starAt = 0;
  while (at < text.length) {
    const now = pieces[piece];
    if (now === '*') {
      starPiece = piece++;
      starAt = at;
    } else if (now !== undefined && fitsOne(text[at] ?? '', now)) {
      at++;
      piece++;
    } else if (starPiece >= 0) {
      piece = starPiece + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return pieces.slice(piece).every((rest) => rest === '*');
}

function fitsOne(char: string, piece: Exclude<Piece, '*'>): boolean {
  if (piece === '?') return true;
  if ('literal' in piece) return piece.literal === char;
  const point = char.codePointAt(0) ?? 0;
  const within = piece.ranges.some(([first, last]) => point >= (first.codePointAt(0) ?? 0) && point <= (last.codePointAt(0) ?? 0));
  return within !== piece.negated;
}

function readPattern(pattern: string): Piece[] {
  const chars = Array.from(pattern);
  const pieces: Piece[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? '';
    const end = char === '[' ? endOfSet(chars, at + 1) : -1;
    if (end >= 0) {
      pieces.push(readSet(chars.slice(at + 1, end)));
      at = end;
    } else if (char === '?' || char === '*') {
      if (char === '?' || pieces.at(-1) !== '*') pieces.push(char);
    } else {
      pieces.push({ literal: char });
    }
  }
  return pieces;
}

/** Place of the `]` that ends a set; one that stands first belongs to the set. -1 when the `[` is a plain character. */
function endOfSet(chars: readonly string[], start: number): number {
  let at = start;
  if (chars[at] === '!') at++;
  if (chars[at] === ']') at++;
  return chars.indexOf(']', at);
}

function readSet(chars: readonly string[]): CharSet {
  const negated = chars[0] === '!';
  const inside = negated ? chars.slice(1) : chars;
  const ranges: [string, string][] = [];
  for (let at = 0; at < inside.length; at++) {
    const first = inside[at] ?? '';
    const last = inside[at + 1] === '-' ? inside[at + 2] : undefined;
    ranges.push([first, last ?? first]);
    if (last !== undefined) at += 2;
  }
  return { negated, ranges };
}
