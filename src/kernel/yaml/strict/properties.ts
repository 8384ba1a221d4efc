/** Reads anchors, aliases, tags and directives. Source: observed, libyaml 0.2.5. */
import { isBlank, isBlankOrEnd, isBreakOrEnd, type Cursor } from './cursor.js';

const IN_TAG = 'while scanning a tag';
const IN_DIRECTIVE = 'while scanning a directive';
const IN_VERSION = 'while scanning a %YAML directive';
const IN_TAG_DIRECTIVE = 'while scanning a %TAG directive';

/** Digits of a version number that are read. */
const VERSION_DIGITS_MAX = 9;

/** Name behind `&` or `*`. */
export function scanName(cursor: Cursor): string {
  const start = cursor.at;
  const context = cursor.take() === '&' ? 'while scanning an anchor' : 'while scanning an alias';
  const name = cursor.takeMatch(/[0-9A-Za-z_-]*/y);
  if (name === '' || !(isBlankOrEnd(cursor.peek()) || '?:,]}%@`'.includes(cursor.peek()))) {
    cursor.fail(context, start, 'did not find expected alphabetic or numeric character');
  }
  return name;
}

export interface WrittenTag {
  readonly handle: string;
  readonly suffix: string;
}

export function scanTag(cursor: Cursor, inFlow: boolean): WrittenTag {
  const start = cursor.at;
  const tag = cursor.peek(1) === '<' ? scanVerbatimTag(cursor, start) : scanShortTag(cursor, start);
  if (!isBlankOrEnd(cursor.peek()) && !(inFlow && cursor.peek() === ',')) {
    cursor.fail(IN_TAG, start, 'did not find expected whitespace or line break');
  }
  return tag;
}

function scanVerbatimTag(cursor: Cursor, start: number): WrittenTag {
  cursor.skip(2);
  const suffix = scanUri(cursor, start, true, 'while parsing a tag');
  if (cursor.peek() !== '>') cursor.fail(IN_TAG, start, "did not find the expected '>'");
  cursor.skip();
  return { handle: '', suffix };
}

function scanShortTag(cursor: Cursor, start: number): WrittenTag {
  const handle = cursor.takeMatch(/![0-9A-Za-z_-]*!?/y);
  if (handle.length > 1 && handle.endsWith('!')) {
    return { handle, suffix: scanUri(cursor, start, false, 'while parsing a tag') };
  }
  const suffix = handle.slice(1) + scanUri(cursor, start, false, undefined);
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
}

/** An empty text is refused when there is a context to say so. */
function scanUri(cursor: Cursor, start: number, brackets: boolean, context: string | undefined): string {
  const text = cursor.takeMatch(brackets ? /[-0-9A-Za-z_;/?:@&=+$.%!~*'(),[\]]*/y : /[-0-9A-Za-z_;/?:@&=+$.%!~*'()]*/y);
  if (text === '' && context !== undefined) cursor.fail(context, start, 'did not find expected tag URI');
  const broken = text.search(/%(?![0-9A-Fa-f]{2})/);
  if (broken >= 0) {
    cursor.at -= text.length - broken;
    cursor.fail(context ?? 'while parsing a tag', start, 'did not find URI escaped octet');
  }
  const decoded = Buffer.from(text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
  return decoded.toString('utf8');
}

export type Directive =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'tag-directive'; readonly handle: string; readonly prefix: string };

/** A line that begins with `%`. */
export function scanDirective(cursor: Cursor): Directive {
  const start = cursor.at;
  cursor.skip();
  const name = cursor.takeMatch(/[0-9A-Za-z_-]*/y);
  if (name === '') cursor.fail(IN_DIRECTIVE, start, 'could not find expected directive name');
  if (!isBlankOrEnd(cursor.peek())) cursor.fail(IN_DIRECTIVE, start, 'found unexpected non-alphabetical character');
  let directive: Directive;
  if (name === 'YAML') directive = scanVersion(cursor, start);
  else if (name === 'TAG') directive = scanTagDirective(cursor, start);
  else cursor.fail(IN_DIRECTIVE, start, 'found unknown directive name');
  cursor.takeMatch(/[ \t]*/y);
  if (cursor.peek() === '#') cursor.takeMatch(/[^\n\r\u0085\u2028\u2029]*/y);
  if (!isBreakOrEnd(cursor.peek())) cursor.fail(IN_DIRECTIVE, start, 'did not find expected comment or line break');
  cursor.takeBreak();
  return directive;
}

function scanVersion(cursor: Cursor, start: number): Directive {
  cursor.takeMatch(/[ \t]*/y);
  const major = scanVersionNumber(cursor, start);
  if (cursor.peek() !== '.') cursor.fail(IN_VERSION, start, "did not find expected digit or '.' character");
  cursor.skip();
  return { kind: 'version', version: `${major}.${scanVersionNumber(cursor, start)}` };
}

function scanVersionNumber(cursor: Cursor, start: number): number {
  const digits = cursor.takeMatch(/[0-9]*/y);
  if (digits === '') cursor.fail(IN_VERSION, start, 'did not find expected version number');
  if (digits.length > VERSION_DIGITS_MAX) cursor.fail(IN_VERSION, start, 'found extremely long version number');
  return Number(digits);
}

function scanTagDirective(cursor: Cursor, start: number): Directive {
  cursor.takeMatch(/[ \t]*/y);
  const handle = cursor.takeMatch(/(?:![0-9A-Za-z_-]*!?)?/y);
  if (handle === '' || (handle !== '!' && !handle.endsWith('!'))) {
    cursor.fail(handle === '' ? 'while scanning a directive' : 'while parsing a directive', start, "did not find expected '!'");
  }
  if (!isBlank(cursor.peek())) cursor.fail(IN_TAG_DIRECTIVE, start, 'did not find expected whitespace');
  cursor.takeMatch(/[ \t]*/y);
  const prefix = scanUri(cursor, start, true, 'while parsing a %TAG directive');
  if (!isBlankOrEnd(cursor.peek())) cursor.fail(IN_TAG_DIRECTIVE, start, 'did not find expected whitespace or line break');
  return { kind: 'tag-directive', handle, prefix };
}
