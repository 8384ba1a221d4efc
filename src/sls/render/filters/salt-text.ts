/** Salt's filters for text, truth and numbers in text. Golden: render/sf-*. */
import { createHash } from 'node:crypto';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { parseFloatText } from '../../../kernel/std/python-number.js';
import { escapePython, FLAG } from '../../../kernel/std/python-regex.js';
import { SPACE_CLASS, strip } from '../../../kernel/std/python-space.js';
import { floatOf, isBytes } from '../../../kernel/std/value.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { codePoints } from '../python/code-points.js';
import { operation, type Operation } from '../python/callable.js';
import { contains, truth } from '../python/compare.js';
import { type Data, isTuple, Thing, tuple } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { typeError } from '../python/errors.js';
import { isIterable, iterate, sizeOf } from '../python/iterate.js';
import { textOf } from '../python/markup.js';
import { memberOf } from '../python/members.js';
import { encodingOf, capitalize } from '../python/members/str.js';
import { compareNumbers, isFloat, isInt, numberOf, shrink, toDouble } from '../python/numbers.js';
import { strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import { parseInteger } from './jinja-lists.js';
import { matchPattern, substitute } from './regex.js';

export function needText(value: Data): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value instanceof Undefined) value.fail();
  throw typeError(`expected string or bytes-like object, got '${nameOfType(value)}'`);
}

/** Text as `str(value, encoding)` takes it. */
function decoded(value: Data): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value instanceof Undefined) value.fail();
  throw typeError(`decoding to str: need a bytes-like object, ${nameOfType(value)} found`);
}

/** Bytes of text, or bytes as they are. */
export function toBytes(value: Data, encoding: BufferEncoding = 'utf8'): Buffer {
  if (isBytes(value)) return Buffer.from(value);
  const text = textOf(value);
  if (text !== undefined) return Buffer.from(text, encoding);
  if (value instanceof Undefined) value.fail();
  throw typeError(`expected str, bytes, or bytearray not <class '${nameOfType(value)}'>`);
}

function toBool(value: Data): boolean {
  if (value === null || typeof value === 'boolean') return value ?? false;
  const text = textOf(value);
  if (text !== undefined) return ['yes', '1', 'true'].includes(text.toLowerCase());
  if (isInt(value)) return compareNumbers(value as number, 0) > 0;
  // Only what can change has a length that counts.
  return value instanceof Dict || (Array.isArray(value) && !isTuple(value)) ? (sizeOf(value) ?? 0) > 0 : false;
}

export function toNumber(value: Data): Data {
  const text = textOf(value);
  if (text === undefined) {
    const number = numberOf(value);
    if (number === undefined) {
      if (value instanceof Undefined) value.fail();
      throw typeError(`int() argument must be a string, a bytes-like object or a real number, not '${nameOfType(value)}'`);
    }
    return isFloat(number) ? shrink(BigInt(Math.trunc(toDouble(number)))) : number;
  }
  const whole = parseInteger(text, 10);
  if (whole !== undefined) return whole;
  const float = parseFloatText(text);
  return float === undefined ? value : floatOf(float);
}

const UNITS = 'bkmgtpezy';

function humanToBytes(size: Data, unit: Data, metric: boolean): Data {
  const [, digits = '', rest = ''] = /^([0-9.]*)\s*(.*)$/s.exec(strip(strOf(size))) ?? [];
  const word = rest.toLowerCase() || strOf(unit).toLowerCase();
  const whole = /^\d+$/.test(digits) ? BigInt(digits) : undefined;
  const float = whole === undefined ? parseFloatText(digits) : undefined;
  const isMetric = /^[kmgtpezy]b$/.test(word);
  if ((whole === undefined && float === undefined) || (!isMetric && !/^(?:b|[kmgtpezy](?:ib)?)$/.test(word))) return 0;
  const power = UNITS.indexOf(word.charAt(0));
  const factor = isMetric && metric ? 10n ** BigInt(power * 3) : 2n ** BigInt(power * 10);
  return shrink(whole === undefined ? BigInt(Math.trunc((float as number) * Number(factor))) : whole * factor);
}

/** Python's `shlex.quote`. */
function shellQuote(text: string): string {
  if (text === '') return "''";
  return /[^\w@%+=:,./-]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;
}

const isUpper = (letter: string): boolean => letter !== letter.toLowerCase();
const isLower = (letter: string): boolean => letter !== letter.toUpperCase();

function snakeCase(text: string): string {
  const letters = codePoints(text);
  if (letters.length === 0) throw new PythonError('IndexError', 'string index out of range');
  return letters.map((letter, at) => {
    if (at === 0 || !isUpper(letter)) return letter.toLowerCase();
    const parted = isLower(letters[at - 1] as string) || (at !== letters.length - 1 && isLower(letters[at + 1] as string));
    return `${parted ? '_' : ''}${letter.toLowerCase()}`;
  }).join('');
}

function camelCase(text: string, upper: boolean): string {
  const [first = '', ...rest] = text.split('_');
  return (upper ? capitalize(first) : first) + rest.map(capitalize).join('');
}

function flags(ignoreCase: Data, multiline: Data): number {
  return (truth(ignoreCase) ? FLAG.IGNORECASE : 0) | (truth(multiline) ? FLAG.MULTILINE : 0);
}

function groups(value: Data, pattern: Data, mode: 'search' | 'match', flag: number): Data {
  const found = matchPattern(value, pattern, mode, flag);
  if (found === undefined) return null;
  return found.groups.length === 1 ? tuple([found.text]) : tuple(found.groups.slice(1).map((group) => group ?? null));
}

function listed(value: Data, list: readonly Data[]): boolean {
  const text = textOf(value);
  return list.some((one) => {
    const pattern = textOf(one);
    if (text === undefined || pattern === undefined) return false;
    return fnmatch(text, pattern) || matches(text, pattern);
  });
}

function matches(text: string, pattern: string): boolean {
  try {
    return matchPattern(text, `\\A${pattern}\\Z`, 'match', 0) !== undefined;
  } catch (error) {
    // What is no expression matches nothing.
    if (error instanceof PythonError && error.className === 're.error') return false;
    throw error;
  }
}

function expressions(value: Data, what: string): Data[] {
  if (!truth(value)) return [];
  if (textOf(value) !== undefined) return [value];
  if (!isIterable(value)) throw typeError(`Expecting iterable ${what}, but got ${nameOfType(value)} (${strOf(value)})`);
  return [...iterate(value)];
}

function isAllowed(value: Data, whitelist: Data, blacklist: Data): boolean {
  const refused = expressions(blacklist, 'blacklist');
  const wanted = expressions(whitelist, 'whitelist');
  if (refused.length > 0 && wanted.length > 0) return !listed(value, refused) && listed(value, wanted);
  if (refused.length > 0) return !listed(value, refused);
  return wanted.length === 0 || listed(value, wanted);
}

/** Salt's own namespace of names. */
const UUID_SPACE = Buffer.from('91633EBF1C865E33935A28061F4B480E', 'hex');

function uuid5(text: string): string {
  const digest = createHash('sha1').update(UUID_SPACE).update(text, 'utf8').digest().subarray(0, 16);
  digest[6] = ((digest[6] as number) & 0x0f) | 0x50;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const ALL_SPACE = new RegExp(`^[${SPACE_CLASS}]+$`);
function isSpace(item: Data): boolean {
  const text = textOf(item);
  if (text === undefined) throw new PythonError('AttributeError', `'${nameOfType(item)}' object has no attribute 'isspace'`);
  return ALL_SPACE.test(text);
}

const number = (name: string): Operation => operation(name, ['text'], ([value = null]) => toNumber(value), { pythonName: 'to_num' });
const search = (name: string, mode: 'search' | 'match'): Operation => operation(name, ['txt', 'rgx', ['ignorecase', false], ['multiline', false]],
  ([value = null, pattern = null, ignoreCase = false, multiline = false]) => groups(value, pattern, mode, flags(ignoreCase, multiline)));

export const SALT_TEXT_FILTERS: readonly Operation[] = [
  operation('to_bool', ['val'], ([value = null]) => toBool(value)),
  number('to_num'), number('str_to_num'),
  operation('is_hex', ['value'], ([value = null]) => textOf(value) !== undefined && parseInteger(strOf(value), 16) !== undefined),
  operation('human_to_bytes', ['size', ['default_unit', 'B'], ['handle_metric', false]], ([size = null, unit = 'B', metric = false]) => humanToBytes(size, unit, truth(metric))),
  operation('quote', ['txt'], ([value = null]) => (truth(value) ? shellQuote(needText(value)) : "''")),
  operation('contains_whitespace', ['text'], ([value = null]) => Array.from(iterate(value)).some(isSpace)),
  operation('substring_in_list', ['string_to_search_for', 'list_to_search'], ([value = null, list = null]) => Array.from(iterate(list)).some((one) => contains(one, value)), { pythonName: 'substr_in_list' }),
  operation('to_snake_case', ['camel_input'], ([value = null]) => snakeCase(needText(value)), { pythonName: 'camel_to_snake_case' }),
  operation('to_camelcase', ['snake_input', ['uppercamel', false]], ([value = null, upper = false]) => camelCase(needText(value), truth(upper)), { pythonName: 'snake_to_camel_case' }),
  operation('regex_escape', ['value'], ([value = null]) => escapePython(decoded(value))),
  search('regex_search', 'search'), search('regex_match', 'match'),
  operation('regex_replace', ['txt', 'rgx', 'val', ['ignorecase', false], ['multiline', false]],
    ([value = null, pattern = null, fresh = null, ignoreCase = false, multiline = false]) => substitute(value, pattern, fresh, flags(ignoreCase, multiline))),
  operation('check_whitelist_blacklist', ['value', ['whitelist', null], ['blacklist', null]], ([value = null, wanted = null, refused = null]) => isAllowed(value, wanted, refused)),
  operation('skip', ['data'], () => ''),
  operation('to_bytes', ['s', ['encoding', null], ['errors', 'strict']], ([value = null, encoding = null]) => toBytes(value, encoding === null ? 'utf8' : encodingOf(encoding))),
  operation('uuid', ['val'], ([value = null]) => uuid5(textOf(value) ?? (isBytes(value) ? Buffer.from(value).toString('utf8') : needText(value))), { pythonName: 'uuid_' }),
  {
    name: 'method_call', waits: true,
    run: (value, { list: [name = null, ...rest], named }, site) => {
      if (value instanceof Undefined) value.fail();
      const word = needText(name);
      const method = word.startsWith('_') ? undefined : memberOf(value, word);
      return method instanceof Thing && method.call !== undefined ? method.call({ list: rest, named }, site) : null;
    },
  },
];
