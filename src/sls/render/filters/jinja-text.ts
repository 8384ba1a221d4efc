/** Jinja's own filters for text. Source: read, Jinja2 3.1.6; golden: render/core-string-filters, core-truncate. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { splitLines, strip } from '../../../kernel/std/python-space.js';
import { parseFloatText } from '../../../kernel/std/python-number.js';
import { pformat } from '../../../kernel/std/python-pprint.js';
import { codePoints, lengthOf, sliceText } from '../python/code-points.js';
import { operation, type Operation } from '../python/callable.js';
import { truth } from '../python/compare.js';
import { valueOf } from '../python/convert.js';
import { type Data, isList, isTuple, tuple } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { typeError, valueError } from '../python/errors.js';
import { isIterable, iterate, sizeOf, unpack } from '../python/iterate.js';
import { checkSize } from '../python/limits.js';
import { escapeHtml, Markup, textOf } from '../python/markup.js';
import { stripTags } from '../python/members/markup.js';
import { capitalize, replaceText } from '../python/members/str.js';
import { stripText } from '../python/members/text-split.js';
import { isInt, numberOf, toDouble } from '../python/numbers.js';
import { binary } from '../python/operators.js';
import { reprOf, strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import { urlize } from './urlize.js';
import { wrapText } from './wrap-text.js';

/** Text of a value; what is marked as safe stays so. */
function softly(value: Data, change: (text: string) => string): Data {
  return value instanceof Markup ? new Markup(change(value.value)) : change(strOf(value));
}

/** The text a value must be. */
function textFor(value: Data, method: string): string {
  if (value instanceof Undefined) value.fail();
  const text = textOf(value);
  if (text === undefined) throw new PythonError('AttributeError', `'${nameOfType(value)}' object has no attribute '${method}'`);
  return text;
}

function whole(value: Data): number {
  if (!isInt(value)) throw typeError(`'${nameOfType(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}

function escape(value: Data): Data {
  return value instanceof Markup ? value : new Markup(escapeHtml(strOf(value)));
}

function title(text: string): string {
  return text.split(/([-\s({[<]+)/).map((part) => {
    const [first = '', ...rest] = codePoints(part);
    return first.toUpperCase() + rest.join('').toLowerCase();
  }).join('');
}

function center(text: string, width: number): string {
  const blanks = checkSize(Math.max(0, width - lengthOf(text)));
  const left = Math.floor(blanks / 2) + (blanks % 2 === 1 && width % 2 === 1 ? 1 : 0);
  return ' '.repeat(left) + text + ' '.repeat(blanks - left);
}

function truncate(text: string, length: number, killWords: boolean, end: string, leeway: number): string {
  if (length < lengthOf(end)) throw new Error(`expected length >= ${lengthOf(end)}, got ${length}`);
  if (leeway < 0) throw new Error(`expected leeway >= 0, got ${leeway}`);
  if (lengthOf(text) <= length + leeway) return text;
  const cut = sliceText(text, 0, length - lengthOf(end));
  if (killWords) return cut + end;
  const blank = cut.lastIndexOf(' ');
  return (blank < 0 ? cut : cut.slice(0, blank)) + end;
}

/** Text cut; other things with a length stay as they are when they are short enough. */
function shortened(value: Data, cut: (text: string) => string, most: number): Data {
  if (textOf(value) !== undefined) return softly(value, cut);
  if (value instanceof Undefined) value.fail();
  const size = sizeOf(value);
  if (size === undefined) throw typeError(`object of type '${nameOfType(value)}' has no len()`);
  if (size > most) throw typeError(`can only concatenate ${nameOfType(value)} (not "str") to ${nameOfType(value)}`);
  return value;
}

function indent(text: string, width: Data, first: boolean, blank: boolean): string {
  const margin = typeof width === 'string' ? width : ' '.repeat(checkSize(Math.max(0, whole(width))));
  const lines = splitLines(`${text}\n`);
  const [start = '', ...rest] = lines;
  const body = [start, ...rest.map((line) => (line !== '' || blank ? margin + line : line))].join('\n');
  return first ? margin + body : body;
}

/** Python adds a line end first: a list takes it, and then has no lines. */
function notIndented(value: Data): Error {
  if (isList(value)) return new PythonError('AttributeError', "'list' object has no attribute 'splitlines'");
  if (isTuple(value)) return typeError('can only concatenate tuple (not "str") to tuple');
  return typeError(`unsupported operand type(s) for +=: '${nameOfType(value)}' and 'str'`);
}

function indented(value: Data, width: Data, first: boolean, blank: boolean): Data {
  if (value instanceof Undefined) value.fail();
  if (textOf(value) === undefined) throw notIndented(value);
  return softly(value, (text) => indent(text, width, first, blank));
}

/** Python's `quote`: what stays is letters, digits and a few signs. */
function quoteUrl(value: Data, forQuery: boolean): string {
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(strOf(value), 'utf8');
  let out = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9_.\-~]/.test(character) || (character === '/' && !forQuery)) out += character;
    else if (character === ' ' && forQuery) out += '+';
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function urlEncode(value: Data): string {
  if (textOf(value) !== undefined || !isIterable(value)) return quoteUrl(value, false);
  const pairs = value instanceof Dict ? Array.from(value.entries(), (pair) => tuple(pair)) : iterate(value);
  return Array.from(pairs, (pair) => unpack(pair, 2).map((part) => quoteUrl(part, true)).join('=')).join('&');
}

function xmlAttributes(dict: Data, autospace: boolean): string {
  if (dict instanceof Undefined) dict.fail();
  if (!(dict instanceof Dict)) throw typeError(`'${nameOfType(dict)}' object has no attribute 'items'`);
  const parts: string[] = [];
  for (const [key, value] of dict.entries()) {
    if (value === null || value instanceof Undefined) continue;
    const word = strOf(key);
    if (/[\s/>=]/.test(word)) throw valueError(`Invalid character in attribute name: ${reprOf(key)}`);
    parts.push(`${escapeHtml(word)}="${(escape(value) as Markup).value}"`);
  }
  const text = parts.join(' ');
  return autospace && text !== '' ? ` ${text}` : text;
}

const UNITS = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function fileSize(value: Data, isBinary: boolean): string {
  if (value instanceof Undefined) value.fail();
  if (numberOf(value) === undefined && typeof value !== 'string') throw typeError(`float() argument must be a string or a real number, not '${nameOfType(value)}'`);
  const bytes = typeof value === 'string' ? parseFloatText(value) ?? NaN : toDouble(numberOf(value) ?? NaN);
  if (Number.isNaN(bytes)) throw valueError(`could not convert string to float: ${reprOf(value)}`);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const at = UNITS.findIndex((_unit, power) => bytes < base ** (power + 2));
  const power = at < 0 ? UNITS.length - 1 : at;
  const unit = UNITS[power] as string;
  return `${((base * bytes) / base ** (power + 2)).toFixed(1)} ${isBinary ? `${unit.toUpperCase()}iB` : `${unit}B`}`;
}

function formatted(value: Data, list: readonly Data[], named: ReadonlyMap<string, Data>): Data {
  if (list.length > 0 && named.size > 0) throw new Error("can't handle positional and keyword arguments at the same time");
  return binary('%', value instanceof Markup ? value : strOf(value), named.size > 0 ? Dict.of(named) : tuple(list));
}

const WORD = /[\p{L}\p{N}_]+/gu;

export const TEXT_FILTERS: readonly Operation[] = [
  operation('capitalize', ['s'], ([value = null]) => softly(value, capitalize), { pythonName: 'do_capitalize' }),
  operation('center', ['value', ['width', 80]], ([value = null, width = 80]) => softly(value, (text) => center(text, whole(width))), { pythonName: 'do_center' }),
  operation('escape', ['s'], ([value = null]) => escape(value)),
  operation('e', ['s'], ([value = null]) => escape(value), { pythonName: 'escape' }),
  operation('filesizeformat', ['value', ['binary', false]], ([value = null, isBinary = false]) => fileSize(value, truth(isBinary)), { pythonName: 'do_filesizeformat' }),
  operation('forceescape', ['value'], ([value = null]) => new Markup(escapeHtml(strOf(value))), { pythonName: 'do_forceescape' }),
  { name: 'format', waits: false, run: (value, { list, named }) => formatted(value, list, named) },
  operation('indent', ['s', ['width', 4], ['first', false], ['blank', false]], ([value = null, width = 4, first = false, blank = false]) =>
    indented(value, width, truth(first), truth(blank)), { pythonName: 'do_indent' }),
  operation('lower', ['s'], ([value = null]) => softly(value, (text) => text.toLowerCase()), { pythonName: 'do_lower' }),
  operation('pprint', ['value'], ([value = null]) => pformat(valueOf(value)), { pythonName: 'do_pprint' }),
  operation('replace', ['s', 'old', 'new', ['count', null]], ([value = null, old = null, fresh = null, count = null]) =>
    replaceText(strOf(value), strOf(old), strOf(fresh), count === null ? -1 : whole(count)), { pythonName: 'do_replace', hidden: 1 }),
  operation('safe', ['value'], ([value = null]) => new Markup(strOf(value)), { pythonName: 'do_mark_safe' }),
  operation('string', ['s'], ([value = null]) => (value instanceof Markup ? value : strOf(value)), { pythonName: 'soft_str' }),
  operation('striptags', ['value'], ([value = null]) => stripTags(strOf(value)), { pythonName: 'do_striptags' }),
  operation('title', ['s'], ([value = null]) => title(strOf(value)), { pythonName: 'do_title' }),
  operation('trim', ['value', ['chars', null]], ([value = null, chars = null]) => softly(value, (text) => (chars === null ? strip(text) : stripText(text, chars, 'both'))), { pythonName: 'do_trim' }),
  operation('truncate', ['s', ['length', 255], ['killwords', false], ['end', '...'], ['leeway', null]],
    ([value = null, length = 255, kill = false, end = '...', leeway = null]) =>
      shortened(value, (text) => truncate(text, whole(length), truth(kill), strOf(end), leeway === null ? 5 : whole(leeway)), whole(length) + (leeway === null ? 5 : whole(leeway))), { pythonName: 'do_truncate', hidden: 1 }),
  operation('upper', ['s'], ([value = null]) => softly(value, (text) => text.toUpperCase()), { pythonName: 'do_upper' }),
  operation('urlencode', ['value'], ([value = null]) => urlEncode(value), { pythonName: 'do_urlencode' }),
  operation('urlize', ['value', ['trim_url_limit', null], ['nofollow', false], ['target', null], ['rel', null], ['extra_schemes', null]],
    ([value = null, limit = null, nofollow = false, target = null, rel = null]) =>
      urlize(strOf(value), { limit: limit === null ? undefined : whole(limit), nofollow: truth(nofollow), target: target === null ? undefined : strOf(target), rel: rel === null ? '' : strOf(rel) }), { pythonName: 'do_urlize', hidden: 1 }),
  operation('wordcount', ['s'], ([value = null]) => (strOf(value).match(WORD) ?? []).length, { pythonName: 'do_wordcount' }),
  operation('wordwrap', ['s', ['width', 79], ['break_long_words', true], ['wrapstring', null], ['break_on_hyphens', true]],
    ([value = null, width = 79, breakLong = true, wrapString = null, onHyphens = true]) =>
      wrapText(textFor(value, 'splitlines'), { width: whole(width), breakLong: truth(breakLong), onHyphens: truth(onHyphens), lineEnd: wrapString === null ? '\n' : strOf(wrapString) }), { pythonName: 'do_wordwrap', hidden: 1 }),
  operation('xmlattr', ['d', ['autospace', true]], ([value = null, autospace = true]) => xmlAttributes(value, truth(autospace)), { pythonName: 'do_xmlattr', hidden: 1 }),
];
