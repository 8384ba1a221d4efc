/** Reads words, quoted texts and block texts. Source: observed, libyaml 0.2.5; golden: render/yaml. */
import { END, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type Cursor } from './cursor.js';

const IN_QUOTES = 'while scanning a quoted scalar';
const IN_ESCAPE = 'while parsing a quoted scalar';
const IN_BLOCK = 'while scanning a block scalar';
const IN_PLAIN = 'while scanning a plain scalar';

const ESCAPES: Readonly<Record<string, string>> = {
  0: '\0', a: '\u0007', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\u001b', ' ': ' ',
  '"': '"', '/': '/', '\\': '\\', N: '\u0085', _: '\u00a0', L: '\u2028', P: '\u2029',
};
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Blanks and breaks between two pieces of text: a single break is a blank, more breaks lose one. */
class Gap {
  blanks = '';
  firstBreak = '';
  moreBreaks = '';
  broken = false;

  get isEmpty(): boolean {
    return !this.broken && this.blanks === '';
  }

  text(): string {
    if (!this.broken) return this.blanks;
    if (!this.firstBreak.startsWith('\n')) return this.firstBreak + this.moreBreaks;
    return this.moreBreaks === '' ? ' ' : this.moreBreaks;
  }

  /** Reads blanks and breaks. `checkTab` is asked before each blank of a new line. */
  read(cursor: Cursor, checkTab?: () => void): void {
    for (let char = cursor.peek(); isBlank(char) || isBreak(char); char = cursor.peek()) {
      if (isBlank(char)) {
        if (this.broken) checkTab?.();
        if (this.broken) cursor.skip();
        else this.blanks += cursor.take();
      } else if (this.broken) {
        this.moreBreaks += cursor.takeBreak();
      } else {
        this.blanks = '';
        this.firstBreak = cursor.takeBreak();
        this.broken = true;
      }
    }
  }
}

export interface PlainScalar {
  readonly text: string;
  readonly end: number;
  /** A line break followed: a key may stand here again. */
  readonly endsLine: boolean;
}

/** A word or several without quotes. `indent` is the least column of following lines. */
export function scanPlain(cursor: Cursor, inFlow: boolean, indent: number): PlainScalar {
  const start = cursor.at;
  let end = start;
  let text = '';
  let gap = new Gap();
  const checkTab = (): void => {
    if (cursor.column < indent && cursor.peek() === '\t') {
      cursor.fail(IN_PLAIN, start, 'found a tab character that violates indentation');
    }
  };
  for (;;) {
    if (cursor.isAtMarker('---') || cursor.isAtMarker('...') || cursor.peek() === '#') break;
    const piece = scanPlainPiece(cursor, inFlow, start);
    if (piece !== '') {
      text += gap.text() + piece;
      gap = new Gap();
      end = cursor.at;
    }
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break;
    gap.read(cursor, checkTab);
    if (!inFlow && cursor.column < indent) break;
  }
  return { text, end, endsLine: gap.broken };
}

function scanPlainPiece(cursor: Cursor, inFlow: boolean, start: number): string {
  let length = 0;
  for (let char = cursor.peek(); !isBlankOrEnd(char); char = cursor.peek(++length)) {
    const next = cursor.peek(length + 1);
    if (inFlow && char === ':' && ',?[]{}'.includes(next)) {
      cursor.skip(length);
      cursor.fail(IN_PLAIN, start, "found unexpected ':'");
    }
    if ((char === ':' && isBlankOrEnd(next)) || (inFlow && ',[]{}'.includes(char))) break;
  }
  return cursor.take(length);
}

/** Text in quotes; the cursor stands on the first quote. */
export function scanQuoted(cursor: Cursor): string {
  const start = cursor.at;
  const quote = cursor.take();
  let text = '';
  for (;;) {
    if (cursor.isAtMarker('---') || cursor.isAtMarker('...')) cursor.fail(IN_QUOTES, start, 'found unexpected document indicator');
    if (cursor.peek() === END) cursor.fail(IN_QUOTES, start, 'found unexpected end of stream');
    const gap = new Gap();
    text += scanQuotedPiece(cursor, quote, start, gap);
    if (cursor.peek() === quote) break;
    gap.read(cursor);
    text += gap.text();
  }
  cursor.skip();
  return text;
}

function scanQuotedPiece(cursor: Cursor, quote: string, start: number, gap: Gap): string {
  let text = '';
  for (let char = cursor.peek(); !isBlankOrEnd(char); char = cursor.peek()) {
    if (char === quote) {
      if (quote === '"' || cursor.peek(1) !== quote) break;
      cursor.skip(2);
      text += quote;
    } else if (quote === '"' && char === '\\') {
      cursor.skip();
      if (isBreak(cursor.peek())) {
        cursor.takeBreak();
        gap.broken = true;
        break;
      }
      text += scanEscape(cursor, start);
    } else {
      text += cursor.take();
    }
  }
  return text;
}

function scanEscape(cursor: Cursor, start: number): string {
  const letter = cursor.peek();
  const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
  if (simple !== undefined) {
    cursor.skip();
    return simple;
  }
  const length = Object.hasOwn(HEX_LENGTHS, letter) ? HEX_LENGTHS[letter] ?? 0 : 0;
  if (length === 0) {
    cursor.at -= 1;
    cursor.fail(IN_ESCAPE, start, 'found unknown escape character');
  }
  cursor.skip();
  const digits = Array.from({ length }, (_, ahead) => cursor.peek(ahead)).join('');
  if (!/^[0-9A-Fa-f]+$/.test(digits)) cursor.fail(IN_ESCAPE, start, 'did not find expected hexdecimal number');
  const point = Number.parseInt(digits, 16);
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    cursor.fail(IN_ESCAPE, start, 'found invalid Unicode character escape code');
  }
  cursor.skip(length);
  return String.fromCodePoint(point);
}

interface BlockHeader {
  readonly chomping: '' | '+' | '-';
  readonly increment: number;
}

/** A block text, literal or folded; the cursor stands on its bar. `parentIndent` is the column of the container, or -1. */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const start = cursor.at;
  const literal = cursor.take() === '|';
  const { chomping, increment } = scanBlockHeader(cursor, start);
  const given = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment;
  let { indent, breaks } = scanBlockBreaks(cursor, given, parentIndent, start);
  let text = '';
  let lastBreak = '';
  let blankBefore = false;
  while (cursor.column === indent && cursor.peek() !== END) {
    const blankNow = isBlank(cursor.peek());
    const folds = !literal && lastBreak.startsWith('\n') && !blankBefore && !blankNow;
    text += folds ? (breaks === '' ? ' ' : '') : lastBreak;
    text += breaks;
    blankBefore = blankNow;
    text += cursor.takeMatch(/[^\n\r\u0085\u2028\u2029]*/y);
    lastBreak = cursor.takeBreak();
    ({ indent, breaks } = scanBlockBreaks(cursor, indent, parentIndent, start));
  }
  if (chomping !== '-') text += lastBreak;
  return chomping === '+' ? text + breaks : text;
}

function scanBlockHeader(cursor: Cursor, start: number): BlockHeader {
  let chomping: BlockHeader['chomping'] = '';
  let increment = 0;
  const readChomping = (): void => {
    const char = cursor.peek();
    if (char !== '+' && char !== '-') return;
    chomping = char;
    cursor.skip();
  };
  readChomping();
  if (/^[0-9]$/.test(cursor.peek())) {
    if (cursor.peek() === '0') cursor.fail(IN_BLOCK, start, 'found an indentation indicator equal to 0');
    increment = Number(cursor.take());
    if (chomping === '') readChomping();
  }
  cursor.takeMatch(/[ \t]*/y);
  if (cursor.peek() === '#') cursor.takeMatch(/[^\n\r\u0085\u2028\u2029]*/y);
  if (!isBreakOrEnd(cursor.peek())) cursor.fail(IN_BLOCK, start, 'did not find expected comment or line break');
  cursor.takeBreak();
  return { chomping, increment };
}

/** Reads blanks up to the indentation and empty lines; finds the indentation when it is not known (0). */
function scanBlockBreaks(cursor: Cursor, known: number, parentIndent: number, start: number): { indent: number; breaks: string } {
  let breaks = '';
  let deepest = 0;
  for (;;) {
    while ((known === 0 || cursor.column < known) && cursor.peek() === ' ') cursor.skip();
    deepest = Math.max(deepest, cursor.column);
    if ((known === 0 || cursor.column < known) && cursor.peek() === '\t') {
      cursor.fail(IN_BLOCK, start, 'found a tab character where an indentation space is expected');
    }
    if (!isBreak(cursor.peek())) break;
    breaks += cursor.takeBreak();
  }
  return { indent: known === 0 ? Math.max(deepest, parentIndent + 1, 1) : known, breaks };
}
