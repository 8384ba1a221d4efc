/** `'%s' % value`: printf formatting of Python. Source: read, Python 3.11 documentation; golden: render/py-percent*. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { reprText } from '../../../kernel/std/python-text.js';
import { isBytes, isNumber } from '../../../kernel/std/value.js';
import { codePoints, lengthOf, sliceText } from './code-points.js';
import { type Data, isTuple, Thing } from './data.js';
import { Dict } from './dict.js';
import { typeError, valueError } from './errors.js';
import { exponentText, fixedText, generalText } from './float-text.js';
import { checkSize } from './limits.js';
import { textOf } from './markup.js';
import { isInt, numberOf, toDouble } from './numbers.js';
import { reprOf, strOf } from './text.js';
import { nameOfType } from './type-name.js';
import { Undefined } from './undefined.js';

interface Spec {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

const SPEC = /%(?:\(((?:[^()]|\([^()]*\))*)\))?([-#0 +]*)(\*|\d+)?(\.(?:\*|\d*))?[hlL]?(.|$)/gsu;

/** @throws PythonError with Python's texts */
export function formatPercent(template: string, value: Data, show: (item: Data) => string = strOf): string {
  const values = new Values(value);
  let out = '';
  let from = 0;
  for (const match of template.matchAll(SPEC)) {
    const [whole, key, flags = '', width, dot, letter = ''] = match;
    out += template.slice(from, match.index);
    from = match.index + whole.length;
    if (letter === '') throw valueError('incomplete format');
    if (letter === '%') {
      out += '%';
      continue;
    }
    const wide = width === '*' ? values.star() : Number(width ?? 0);
    const exact = dot === undefined ? undefined : dot === '.*' ? values.star() : Number(dot.slice(1));
    const spec: Spec = { flags: wide < 0 ? `${flags}-` : flags, width: checkSize(Math.abs(wide)), precision: exact === undefined ? undefined : checkSize(Math.max(0, exact)), letter };
    out += formatOne(spec, key === undefined ? values.next() : values.named(key), match.index + whole.length - 1, show);
  }
  values.end();
  return out + template.slice(from);
}

/** The values a template takes, one after the other or by name. */
class Values {
  readonly #list: readonly Data[];
  readonly #map: Data;
  #at = 0;
  #byName = false;

  constructor(value: Data) {
    this.#list = isTuple(value) ? value : [value];
    this.#map = value;
  }

  next(): Data {
    const item = this.#list[this.#at++];
    if (item === undefined) throw typeError('not enough arguments for format string');
    return item;
  }

  star(): number {
    const item = this.next();
    if (!isInt(item)) throw typeError('* wants int');
    return Number(item);
  }

  named(key: string): Data {
    if (!(this.#map instanceof Dict)) throw typeError('format requires a mapping');
    this.#byName = true;
    const found = this.#map.get(key);
    if (found === undefined) throw new PythonError('KeyError', reprText(key));
    return found;
  }

  end(): void {
    const spare = this.#at < this.#list.length;
    const isMapping = this.#map instanceof Dict || this.#map instanceof Undefined || (Array.isArray(this.#map) && !isTuple(this.#map)) || isBytes(this.#map)
      || (this.#map instanceof Thing && this.#map.item !== undefined);
    if (spare && !this.#byName && !isMapping) throw typeError('not all arguments converted during string formatting');
  }
}

function formatOne(spec: Spec, item: Data, at: number, show: (item: Data) => string): string {
  switch (spec.letter) {
    case 's': return padded(cut(show(item), spec), spec);
    case 'r': return padded(cut(reprOf(item), spec), spec);
    case 'a': return padded(cut(ascii(reprOf(item)), spec), spec);
    case 'c': return padded(character(item), spec);
    case 'd': case 'i': case 'u': return wholeText(spec, item);
    case 'x': case 'X': case 'o': return basedText(spec, item);
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': return floatText(spec, item);
    default:
      throw valueError(`unsupported format character ${reprText(spec.letter)} (0x${(spec.letter.codePointAt(0) ?? 0).toString(16)}) at index ${at}`);
  }
}

function cut(text: string, { precision }: Spec): string {
  return precision === undefined ? text : sliceText(text, 0, precision);
}

function padded(text: string, { flags, width }: Spec): string {
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return flags.includes('-') ? text + blanks : blanks + text;
}

export function ascii(text: string): string {
  return codePoints(text).map((one) => {
    const code = one.codePointAt(0) as number;
    if (code < 0x80) return one;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  }).join('');
}

function character(item: Data): string {
  const text = textOf(item);
  if (text !== undefined && lengthOf(text) === 1) return text;
  if (isInt(item) && Number(item) >= 0 && Number(item) < 0x110000) return String.fromCodePoint(Number(item));
  throw typeError('%c requires int or char');
}

function signOf(negative: boolean, flags: string): string {
  return negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

/** Sign and prefix stand before the zeros that fill the width. */
function numberText(spec: Spec, sign: string, digits: string): string {
  const { flags, width } = spec;
  if (!flags.includes('0') || flags.includes('-')) return padded(sign + digits, spec);
  return sign + digits.padStart(width - sign.length, '0');
}

function wholeText(spec: Spec, item: Data): string {
  const number = numberOf(item);
  if (number === undefined) {
    if (item instanceof Undefined) item.fail();
    throw typeError(`%${spec.letter} format: a real number is required, not ${nameOfType(item)}`);
  }
  const double = isNumber(number) && !isInt(number) ? toDouble(number) : 0;
  if (!Number.isFinite(double)) throw Number.isNaN(double) ? valueError('cannot convert float NaN to integer') : new PythonError('OverflowError', 'cannot convert float infinity to integer');
  const whole = isInt(number) ? BigInt(number as number | bigint) : BigInt(Math.trunc(double));
  const digits = String(whole < 0n ? -whole : whole).padStart(spec.precision ?? 0, '0');
  return numberText(spec, signOf(whole < 0n, spec.flags), digits);
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = { x: [16, '0x'], X: [16, '0X'], o: [8, '0o'] };

function basedText(spec: Spec, item: Data): string {
  if (!isInt(item)) throw typeError(`%${spec.letter} format: an integer is required, not ${nameOfType(item)}`);
  const [base, prefix] = BASES[spec.letter] as readonly [number, string];
  const whole = BigInt(item);
  const digits = (whole < 0n ? -whole : whole).toString(base).padStart(spec.precision ?? 0, '0');
  const sign = signOf(whole < 0n, spec.flags) + (spec.flags.includes('#') ? prefix : '');
  return numberText(spec, sign, spec.letter === 'X' ? digits.toUpperCase() : digits);
}

function floatText(spec: Spec, item: Data): string {
  const number = numberOf(item);
  if (number === undefined) throw typeError(`must be real number, not ${nameOfType(item)}`);
  const value = toDouble(number);
  const size = Math.abs(value);
  const alternative = spec.flags.includes('#');
  const letter = spec.letter.toLowerCase();
  const precision = spec.precision ?? 6;
  const digits = letter === 'f' ? fixedText(size, precision) : letter === 'e' ? exponentText(size, precision) : generalText(size, precision, alternative);
  const sign = signOf(value < 0 || Object.is(value, -0), spec.flags);
  return numberText(Number.isFinite(value) ? spec : { ...spec, flags: spec.flags.replaceAll('0', '') }, sign, spec.letter === letter ? digits : digits.toUpperCase());
}
