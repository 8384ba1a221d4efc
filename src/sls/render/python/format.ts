/**
 * `'{}'.format(value)` in the sandbox, and the format specification. Source: read, Python 3.11 documentation; golden:
 * render/py-format, core-sandbox-format.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import { reprFloat, reprText } from '../../../kernel/std/python-text.js';
import { lengthOf, sliceText } from './code-points.js';
import type { Args, CallSite, Data } from './data.js';
import { typeError, valueError } from './errors.js';
import { exponentText, fixedText, generalText } from './float-text.js';
import { checkSize } from './limits.js';
import { textOf } from './markup.js';
import { isFloat, isInt, numberOf, toDouble } from './numbers.js';
import { ascii } from './percent.js';
import { reprOf, strOf } from './text.js';
import { nameOfType } from './type-name.js';
import { Undefined } from './undefined.js';

/** How deep fields stand in the specification of fields. */
const NESTING_MAX = 2;

/** Turns a field's value and specification into text: plain, or escaped for safe text. */
export type ShowField = (value: Data, spec: string) => string;

/** @throws PythonError, TemplateError for what the sandbox refuses */
export function formatText(template: string, args: Args, site: CallSite, show: ShowField = formatData): string {
  return new Formatter(args, site, show).run(template, NESTING_MAX);
}

class Formatter {
  readonly #args: Args;
  readonly #site: CallSite;
  readonly #show: ShowField;
  #next = 0;
  #style: 'automatic' | 'manual' | undefined;

  constructor(args: Args, site: CallSite, show: ShowField) {
    this.#args = args;
    this.#site = site;
    this.#show = show;
  }

  run(template: string, depth: number): string {
    if (depth < 0) throw valueError('Max string recursion exceeded');
    let out = '';
    for (let at = 0; at < template.length;) {
      const character = template.charAt(at);
      if (character !== '{' && character !== '}') {
        const end = template.slice(at).search(/[{}]/);
        out += end < 0 ? template.slice(at) : template.slice(at, at + end);
        at = end < 0 ? template.length : at + end;
      } else if (template.charAt(at + 1) === character) {
        out += character;
        at += 2;
      } else {
        const field = readField(template, at);
        out += this.#field(field.text, depth);
        at = field.end;
      }
      checkSize(out.length);
    }
    return out;
  }

  #field(text: string, depth: number): string {
    const { name, conversion, spec } = splitField(text);
    const value = convert(this.#value(name), conversion);
    return this.#show(value, spec.includes('{') ? this.run(spec, depth - 1) : spec);
  }

  #value(name: string): Data {
    const first = /^[^.[]*/.exec(name)?.[0] ?? '';
    let value = this.#argument(first);
    for (let rest = name.slice(first.length); rest !== '';) {
      const step = /^\.([^.[]*)|^\[([^\]]*)\]/.exec(rest);
      if (step === null) throw valueError(rest.startsWith('[') ? "Missing ']' in format string" : "Only '.' or '[' may follow ']' in format field specifier");
      const [whole, member, key] = step;
      if (member === '' || key === '') throw valueError('Empty attribute in format string');
      value = member === undefined ? this.#site.item(value, /^\d+$/.test(key as string) ? Number(key) : key as string) : this.#site.attribute(value, member);
      if (value instanceof Undefined) value.fail();
      rest = rest.slice(whole.length);
    }
    return value;
  }

  #argument(word: string): Data {
    if (word !== '' && !/^\d+$/.test(word)) {
      const named = this.#args.named.get(word);
      if (named === undefined) throw new PythonError('KeyError', reprText(word));
      return named;
    }
    const style = word === '' ? 'automatic' : 'manual';
    if (this.#style !== undefined && this.#style !== style) {
      throw valueError(style === 'manual' ? 'cannot switch from automatic field numbering to manual field specification' : 'cannot switch from manual field specification to automatic field numbering');
    }
    this.#style = style;
    const found = this.#args.list[word === '' ? this.#next++ : Number(word)];
    if (found === undefined) throw new PythonError('IndexError', 'tuple index out of range');
    return found;
  }
}

function readField(template: string, start: number): { text: string; end: number } {
  if (template.charAt(start) === '}') throw valueError("Single '}' encountered in format string");
  let depth = 0;
  for (let at = start; at < template.length; at++) {
    const character = template.charAt(at);
    if (character === '{') depth += 1;
    if (character === '}' && --depth === 0) return { text: template.slice(start + 1, at), end: at + 1 };
  }
  throw valueError(start === template.length - 1 ? "Single '{' encountered in format string" : "expected '}' before end of string");
}

function splitField(text: string): { name: string; conversion: string; spec: string } {
  const end = /^(?:[^[!:]|\[[^\]]*\])*/.exec(text)?.[0].length ?? 0;
  const name = text.slice(0, end);
  const rest = text.slice(end);
  if (!rest.startsWith('!')) return { name, conversion: '', spec: rest.slice(1) };
  const conversion = rest.charAt(1);
  if (conversion === '') throw valueError("end of string while looking for conversion specifier");
  if (rest.length > 2 && rest.charAt(2) !== ':') throw valueError("expected ':' after conversion specifier");
  return { name, conversion, spec: rest.slice(3) };
}

function convert(value: Data, conversion: string): Data {
  switch (conversion) {
    case '': return value;
    case 's': return strOf(value);
    case 'r': return reprOf(value);
    case 'a': return ascii(reprOf(value));
    default: throw valueError(`Unknown conversion specifier ${conversion}`);
  }
}

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternative: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?z?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

function readSpec(text: string, typeName: string): Spec {
  const match = SPEC.exec(text);
  if (match === null) throw valueError(`Invalid format specifier '${text}' for object of type '${typeName}'`);
  const [, fill, align, sign = '', alternative, zero, width, grouping = '', precision, type = ''] = match;
  return {
    fill: fill ?? (zero === undefined || align !== undefined ? ' ' : '0'), align: align ?? (zero === undefined ? '' : '='), sign,
    alternative: alternative !== undefined, width: checkSize(Number(width ?? 0)), grouping,
    precision: precision === undefined ? undefined : checkSize(Number(precision)), type,
  };
}

/** `format(value, spec)`. @throws PythonError */
export function formatData(value: Data, spec: string): string {
  if (value instanceof Undefined) {
    if (spec === '') return value.text();
    throw typeError(`unsupported format string passed to ${value.typeName}.__format__`);
  }
  const text = textOf(value);
  if (text !== undefined) return spec === '' ? text : formatString(text, readSpec(spec, 'str'));
  if (spec === '') return strOf(value);
  if (isInt(value)) return formatInt(value, readSpec(spec, nameOfType(value)));
  if (isFloat(value)) return formatFloat(value, readSpec(spec, 'float'));
  throw typeError(`unsupported format string passed to ${nameOfType(value)}.__format__`);
}

function formatString(text: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') throw unknownCode(spec.type, 'str');
  if (spec.grouping !== '') throw valueError(`Cannot specify '${spec.grouping}' with 's'.`);
  if (spec.sign !== '') throw valueError('Sign not allowed in string format specifier');
  if (spec.align === '=' && spec.fill !== '0') throw valueError("'=' alignment not allowed in string format specifier");
  const cut = spec.precision === undefined ? text : sliceText(text, 0, spec.precision);
  return align(cut, spec.align === '=' ? { ...spec, align: '<' } : spec, '<');
}

function unknownCode(code: string, typeName: string): Error {
  return valueError(`Unknown format code '${code}' for object of type '${typeName}'`);
}

function align(text: string, spec: Spec, usual: '<' | '>'): string {
  const blanks = Math.max(0, spec.width - lengthOf(text));
  switch (spec.align || usual) {
    case '<': return text + spec.fill.repeat(blanks);
    case '^': return spec.fill.repeat(Math.floor(blanks / 2)) + text + spec.fill.repeat(blanks - Math.floor(blanks / 2));
    default: return spec.fill.repeat(blanks) + text;
  }
}

const RADIX: Readonly<Record<string, readonly [radix: number, prefix: string]>> = { x: [16, '0x'], X: [16, '0X'], o: [8, '0o'], b: [2, '0b'] };

function formatInt(value: number | bigint | boolean, spec: Spec): string {
  if (/^[eEfFgG%]$/.test(spec.type)) return formatFloat(Number(value), spec);
  if (spec.type === 's') throw unknownCode('s', nameOfType(value));
  if (spec.precision !== undefined) throw valueError('Precision not allowed in integer format specifier');
  const whole = BigInt(value);
  if (spec.type === 'c') return align(String.fromCodePoint(Number(whole)), spec, '<');
  const [radix, prefix] = RADIX[spec.type] ?? [10, ''];
  if (radix === 10 && !/^[dn]?$/.test(spec.type)) throw unknownCode(spec.type, nameOfType(value));
  const digits = (whole < 0n ? -whole : whole).toString(radix);
  return alignNumber(whole < 0n, spec.alternative ? prefix : '', spec.type === 'X' ? digits.toUpperCase() : digits, '', spec, radix === 10 ? 3 : 4);
}

function formatFloat(value: Data, spec: Spec): string {
  const double = toDouble(numberOf(value) ?? 0);
  const size = Math.abs(spec.type === '%' ? double * 100 : double);
  const text = floatDigits(size, spec);
  const [, whole = '', rest = ''] = /^(\d*)(.*)$/s.exec(text) ?? [];
  const negative = double < 0 || Object.is(double, -0);
  return alignNumber(negative, '', whole === '' ? text : whole, whole === '' ? '' : rest, spec, 3);
}

function floatDigits(size: number, spec: Spec): string {
  const precision = spec.precision ?? 6;
  switch (spec.type) {
    case 'f': return fixedText(size, precision);
    case 'F': return fixedText(size, precision).toUpperCase();
    case '%': return `${fixedText(size, precision)}%`;
    case 'e': return exponentText(size, precision);
    case 'E': return exponentText(size, precision).toUpperCase();
    case 'g': case 'n': return generalText(size, precision, spec.alternative);
    case 'G': return generalText(size, precision, spec.alternative).toUpperCase();
    case '': {
      if (spec.precision === undefined) return plainFloat(size);
      const text = generalText(size, spec.precision, false);
      return /[.e]|inf|nan/.test(text) ? text : `${text}.0`;
    }
    default: throw unknownCode(spec.type, 'float');
  }
}

function plainFloat(size: number): string {
  return reprFloat(size);
}

function alignNumber(negative: boolean, prefix: string, whole: string, rest: string, spec: Spec, groupSize: number): string {
  const sign = (negative ? '-' : spec.sign === '+' || spec.sign === ' ' ? spec.sign : '') + prefix;
  const grouped = spec.grouping === '' ? whole : groupDigits(whole, spec.grouping, groupSize);
  if (spec.align !== '=') return align(sign + grouped + rest, spec, '>');
  const room = spec.width - sign.length - rest.length;
  if (spec.grouping === '' || spec.fill !== '0') return sign + spec.fill.repeat(Math.max(0, room - grouped.length)) + grouped + rest;
  let padded = whole;
  while (groupDigits(padded, spec.grouping, groupSize).length < room) padded = `0${padded}`;
  return sign + groupDigits(padded, spec.grouping, groupSize) + rest;
}

function groupDigits(digits: string, separator: string, size: number): string {
  return digits.replace(new RegExp(`\\B(?=(?:\\w{${size}})+(?!\\w))`, 'g'), separator);
}
