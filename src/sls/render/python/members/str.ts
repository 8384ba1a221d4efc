/** Methods of text. Source: read, Python 3.11 documentation; observed; golden: render/py-str-*. */
import { PythonError } from '../../../../kernel/contract/errors.js';
import { isPrintable } from '../../../../kernel/std/python-printable.js';
import { linesWithEnds, SPACE_CLASS, splitLines } from '../../../../kernel/std/python-space.js';
import { truth } from '../compare.js';
import { codePoints, lengthOf } from '../code-points.js';
import { type Data, NO_ARGS, tuple } from '../data.js';
import { Dict } from '../dict.js';
import { typeError, valueError } from '../errors.js';
import { formatText } from '../format.js';
import { iterate } from '../iterate.js';
import { checkSize } from '../limits.js';
import { textOf } from '../markup.js';
import { isInt } from '../numbers.js';
import { nameOfType } from '../type-name.js';
import { method, rawMethod, type Method, type MethodTable } from './method.js';
import { countText, findText, hasEdge, indexOfText, needText } from './text-search.js';
import { expandTabs, partitionText, splitFromEnd, splitText, stripText } from './text-split.js';

type TextMethod = Method<string>;

const plain = (run: (text: string) => Data): TextMethod => method<string>([], run);
const test = (pattern: RegExp): TextMethod => plain((text) => pattern.test(text));
const FROM_TO = [['start', null], ['end', null]] as const;

function wholeNumber(value: Data): number {
  if (!isInt(value)) throw typeError(`'${nameOfType(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}

function isCased(text: string, same: string, other: string): boolean {
  return text === same && text !== other;
}

export function capitalize(text: string): string {
  const [first = '', ...rest] = codePoints(text);
  return titleLetter(first) + rest.join('').toLowerCase();
}

/** Letters that are two letters in one have a form of their own at the start of words. */
function titleLetter(letter: string): string {
  const upper = letter.toUpperCase();
  return lengthOf(upper) > 1 ? codePoints(upper)[0] + codePoints(upper).slice(1).join('').toLowerCase() : upper;
}

export function titleCase(text: string): string {
  return text.replace(/\p{Cased}+/gu, (word) => capitalize(word));
}

function isTitle(text: string): boolean {
  return /\p{Lu}|\p{Lt}|\p{Ll}/u.test(text) && titleCase(text) === text;
}

function swapCase(text: string): string {
  return codePoints(text).map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('');
}

function padding(text: string, width: Data, fill: Data): { blanks: number; fill: string } {
  const letter = textOf(fill);
  if (letter === undefined) throw typeError(`The fill character must be a unicode character, not ${nameOfType(fill)}`);
  if (lengthOf(letter) !== 1) throw typeError('The fill character must be exactly one character long');
  return { blanks: checkSize(Math.max(0, wholeNumber(width) - lengthOf(text))), fill: letter };
}

function centered(text: string, width: Data, fillWith: Data): string {
  const { blanks, fill } = padding(text, width, fillWith);
  const left = Math.floor(blanks / 2) + (blanks % 2 === 1 && wholeNumber(width) % 2 === 1 ? 1 : 0);
  return fill.repeat(left) + text + fill.repeat(blanks - left);
}

export function joinTexts(separator: string, items: Data): string {
  const parts: string[] = [];
  let size = 0;
  for (const item of iterate(items)) {
    const part = textOf(item);
    if (part === undefined) throw typeError(`sequence item ${parts.length}: expected str instance, ${nameOfType(item)} found`);
    size = checkSize(size + part.length + separator.length);
    parts.push(part);
  }
  return parts.join(separator);
}

export function replaceText(text: string, old: string, fresh: string, count: number): string {
  if (count === 0) return text;
  if (old === '') return replaceGaps(text, fresh, count);
  const parts = text.split(old);
  const turns = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  checkSize(text.length + turns * fresh.length);
  return turns === parts.length - 1 ? parts.join(fresh) : `${parts.slice(0, turns + 1).join(fresh)}${old}${parts.slice(turns + 1).join(old)}`;
}

function replaceGaps(text: string, fresh: string, count: number): string {
  const letters = codePoints(text);
  const turns = count < 0 ? letters.length + 1 : Math.min(count, letters.length + 1);
  checkSize(turns * fresh.length + text.length);
  return letters.map((letter, at) => (at < turns ? fresh + letter : letter)).join('') + (turns > letters.length ? fresh : '');
}

function translated(text: string, table: Data): string {
  return codePoints(text).map((letter) => {
    const found = table instanceof Dict ? table.get(letter.codePointAt(0) as number) : undefined;
    if (found === undefined) return letter;
    if (found === null) return '';
    return isInt(found) ? String.fromCodePoint(Number(found)) : needText(found, 'character mapping must return integer, None or str, not');
  }).join('');
}

function makeTable(from: Data, to: Data, gone: Data): Data {
  const table = new Dict();
  if (to === null) {
    if (!(from instanceof Dict)) throw typeError('if you give only one argument to maketrans it must be a dict');
    for (const [key, value] of from.entries()) table.set(isInt(key) ? key : needText(key).codePointAt(0) ?? 0, value);
    return table;
  }
  const [letters, others] = [codePoints(needText(from)), codePoints(needText(to))];
  if (letters.length !== others.length) throw valueError('the first two maketrans arguments must have equal length');
  for (const [at, letter] of letters.entries()) table.set(letter.codePointAt(0) as number, (others[at] as string).codePointAt(0) as number);
  if (gone !== null) for (const letter of codePoints(needText(gone))) table.set(letter.codePointAt(0) as number, null);
  return table;
}

const ENCODINGS: ReadonlyMap<string, BufferEncoding> = new Map([
  ['utf-8', 'utf8'], ['utf8', 'utf8'], ['ascii', 'ascii'], ['us-ascii', 'ascii'], ['latin-1', 'latin1'], ['latin1', 'latin1'],
  ['iso-8859-1', 'latin1'], ['utf-16-le', 'utf16le'], ['utf-16le', 'utf16le'],
]);

/** Node's name of an encoding. @throws PythonError */
export function encodingOf(name: Data): BufferEncoding {
  const word = needText(name, 'encoding must be str, not');
  const found = ENCODINGS.get(word.toLowerCase().replaceAll('_', '-'));
  if (found === undefined) throw new PythonError('LookupError', `unknown encoding: ${word}`);
  return found;
}

function encoded(text: string, encoding: Data, errors: Data): Data {
  const name = encodingOf(encoding);
  const limit = name === 'ascii' ? 0x7f : name === 'latin1' ? 0xff : Infinity;
  const bad = codePoints(text).findIndex((letter) => (letter.codePointAt(0) as number) > limit);
  if (bad < 0) return Buffer.from(text, name);
  const keep = codePoints(text).filter((letter) => (letter.codePointAt(0) as number) <= limit);
  if (errors === 'ignore') return Buffer.from(keep.join(''), name);
  if (errors === 'replace') return Buffer.from(codePoints(text).map((letter) => ((letter.codePointAt(0) as number) > limit ? '?' : letter)).join(''), name);
  const code = codePoints(text)[bad]?.codePointAt(0) as number;
  const shown = code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  throw new PythonError('UnicodeEncodeError', `'${name === 'ascii' ? 'ascii' : 'latin-1'}' codec can't encode character '${shown}' in position ${bad}: ordinal not in range(${limit + 1})`);
}

const ALNUM = /^[\p{L}\p{Nd}\p{Nl}\p{No}]+$/u;

export const STR_METHODS: MethodTable<string> = new Map<string, TextMethod>([
  ['capitalize', plain(capitalize)],
  ['casefold', plain((text) => text.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ'))],
  ['center', method(['width', ['fillchar', ' ']], (text, width = 0, fill = ' ') => centered(text, width, fill))],
  ['count', method(['sub', ...FROM_TO], (text, part = '', from = null, to = null) => countText(text, needText(part), from, to))],
  ['encode', method([['encoding', 'utf-8'], ['errors', 'strict']], (text, encoding = '', errors = '') => encoded(text, encoding, errors), true)],
  ['endswith', method(['suffix', ...FROM_TO], (text, edge = '', from = null, to = null) => hasEdge('endswith', text, edge, from, to))],
  ['expandtabs', method([['tabsize', 8]], (text, size = 8) => expandTabs(text, wholeNumber(size)), true)],
  ['find', method(['sub', ...FROM_TO], (text, part = '', from = null, to = null) => findText(text, needText(part), from, to))],
  ['format', rawMethod((text, args, site) => formatText(text, args, site))],
  ['format_map', rawMethod((text, { list }, site) => formatText(text, { list: [], named: namedOf(list[0] ?? null) }, site))],
  ['index', method(['sub', ...FROM_TO], (text, part = '', from = null, to = null) => indexOfText(text, needText(part), from, to))],
  ['isalnum', test(ALNUM)], ['isalpha', test(/^\p{L}+$/u)], ['isascii', test(/^[\0-\x7f]*$/)], ['isdecimal', test(/^\p{Nd}+$/u)],
  ['isdigit', test(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u)], ['isidentifier', test(/^[\p{ID_Start}_]\p{ID_Continue}*$/u)],
  ['islower', plain((text) => isCased(text, text.toLowerCase(), text.toUpperCase()))],
  ['isnumeric', test(/^[\p{Nd}\p{Nl}\p{No}]+$/u)],
  ['isprintable', plain((text) => codePoints(text).every((letter) => isPrintable(letter.codePointAt(0) as number)))],
  ['isspace', test(new RegExp(`^[${SPACE_CLASS}]+$`))], ['istitle', plain(isTitle)],
  ['isupper', plain((text) => isCased(text, text.toUpperCase(), text.toLowerCase()))],
  ['join', method(['iterable'], (text, items = null) => joinTexts(text, items))],
  ['ljust', method(['width', ['fillchar', ' ']], (text, width = 0, fillWith = ' ') => {
    const { blanks, fill } = padding(text, width, fillWith);
    return text + fill.repeat(blanks);
  })],
  ['lower', plain((text) => text.toLowerCase())],
  ['lstrip', method([['chars', null]], (text, chars = null) => stripText(text, chars, 'left'))],
  ['maketrans', method(['x', ['y', null], ['z', null]], (_text, from = null, to = null, gone = null) => makeTable(from, to, gone))],
  ['partition', method(['sep'], (text, separator = null) => tuple(partitionText(text, separator, false)))],
  ['removeprefix', method(['prefix'], (text, edge = '') => (text.startsWith(needText(edge)) ? text.slice(needText(edge).length) : text))],
  ['removesuffix', method(['suffix'], (text, edge = '') => (needText(edge) !== '' && text.endsWith(needText(edge)) ? text.slice(0, -needText(edge).length) : text))],
  ['replace', method(['old', 'new', ['count', -1]], (text, old = '', fresh = '', count = -1) => replaceText(text, needText(old, 'replace() argument 1 must be str, not'), needText(fresh, 'replace() argument 2 must be str, not'), wholeNumber(count)))],
  ['rfind', method(['sub', ...FROM_TO], (text, part = '', from = null, to = null) => findText(text, needText(part), from, to, true))],
  ['rindex', method(['sub', ...FROM_TO], (text, part = '', from = null, to = null) => indexOfText(text, needText(part), from, to, true))],
  ['rjust', method(['width', ['fillchar', ' ']], (text, width = 0, fillWith = ' ') => {
    const { blanks, fill } = padding(text, width, fillWith);
    return fill.repeat(blanks) + text;
  })],
  ['rpartition', method(['sep'], (text, separator = null) => tuple(partitionText(text, separator, true)))],
  ['rsplit', method([['sep', null], ['maxsplit', -1]], (text, separator = null, count = -1) => splitFromEnd(text, separator, wholeNumber(count)), true)],
  ['rstrip', method([['chars', null]], (text, chars = null) => stripText(text, chars, 'right'))],
  ['split', method([['sep', null], ['maxsplit', -1]], (text, separator = null, count = -1) => splitText(text, separator, wholeNumber(count)), true)],
  ['splitlines', method([['keepends', false]], (text, keep = false) => (truth(keep) ? linesWithEnds(text) : splitLines(text)), true)],
  ['startswith', method(['prefix', ...FROM_TO], (text, edge = '', from = null, to = null) => hasEdge('startswith', text, edge, from, to))],
  ['strip', method([['chars', null]], (text, chars = null) => stripText(text, chars, 'both'))],
  ['swapcase', plain(swapCase)], ['title', plain(titleCase)],
  ['translate', method(['table'], (text, table = null) => translated(text, table))],
  ['upper', plain((text) => text.toUpperCase())],
  ['zfill', method(['width'], (text, width = 0) => zeroFilled(text, wholeNumber(width)))],
]);

function namedOf(map: Data): ReadonlyMap<string, Data> {
  if (!(map instanceof Dict)) return NO_ARGS.named;
  return new Map(Array.from(map.entries(), ([key, value]) => [textOf(key) ?? '', value]));
}

function zeroFilled(text: string, width: number): string {
  const zeros = '0'.repeat(checkSize(Math.max(0, width - lengthOf(text))));
  return /^[+-]/.test(text) ? text.charAt(0) + zeros + text.slice(1) : zeros + text;
}
