/**
 * What Python's `repr()` and `str()` give for a value. Knows nothing of Salt. Start at `repr`.
 *
 * Source: observed, Python 3.11; golden: outputters/raw-*.
 */
import { isPrintable } from './python-printable.js';
import { Tuple, ValueSet } from './sequences.js';
import { DateTime, Extension, Float, isBytes, mapEntries, type Value } from './value.js';

/** Python's `repr(value)`: `'text'`, `1.0`, `None`, `b'\x00'`, `{'a': [1, True]}`. */
export function repr(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return reprText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : reprFloat(value);
  return reprObject(value);
}

/** Python's `str(value)`: text as it is, everything else as `repr` has it; a date as `2026-01-02 03:04:05`. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof DateTime ? strDate(value) : repr(value);
}

function reprObject(value: Exclude<Value, null | string | boolean | number | bigint>): string {
  if (value instanceof Float) return reprFloat(value.value);
  if (isBytes(value)) return reprBytes(value);
  if (value instanceof DateTime) return reprDate(value);
  if (value instanceof Extension) return `ExtType(code=${value.code}, data=${reprBytes(value.bytes)})`;
  if (Array.isArray(value)) return reprList(value);
  const entries = mapEntries(value as Exclude<typeof value, readonly Value[]>);
  return `{${entries.map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`;
}

function reprList(list: readonly Value[]): string {
  const items = list.map((item) => repr(item)).join(', ');
  if (list instanceof Tuple) return list.length === 1 ? `(${items},)` : `(${items})`;
  if (list instanceof ValueSet) return list.length === 0 ? 'set()' : `{${items}}`;
  return `[${items}]`;
}

/** Python's `repr` of a float: shortest digits that read back, fixed between 1e-4 and 1e16. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', power = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 2, '0');
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`;
}

/** Double quotes only where they save an escape. */
function quoteFor(hasSingle: boolean, hasDouble: boolean): string {
  return hasSingle && !hasDouble ? '"' : "'";
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) as number;
  if (code >= 0x20 && code < 0x7f) return character;
  if (isPrintable(code)) return character;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** Python's `repr` of a text. A lone surrogate is shown as `\udc80`. */
export function reprText(text: string): string {
  if (/^[ !#-&(-[\]-~]*$/.test(text)) return `'${text}'`;
  const quote = quoteFor(text.includes("'"), text.includes('"'));
  let out = quote;
  for (const character of text) out += character === quote ? `\\${quote}` : escapeCharacter(character);
  return out + quote;
}

/** Python's `repr` of bytes: `b'\xff'`. */
export function reprBytes(bytes: Uint8Array): string {
  const quote = quoteFor(bytes.includes(0x27), bytes.includes(0x22));
  let out = `b${quote}`;
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === quote) out += `\\${quote}`;
    else out += SHORT_ESCAPES[character] ?? (byte >= 0x20 && byte < 0x7f ? character : `\\x${hex(byte, 2)}`);
  }
  return out + quote;
}

/** Year, month, day, hour, minute, second and microsecond, or undefined when the text is not of that form. */
function dateParts(date: DateTime): number[] | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})$/.exec(date.text);
  return match?.slice(1).map(Number);
}

function reprDate(date: DateTime): string {
  const parts = dateParts(date);
  if (parts === undefined) return reprText(date.text);
  const shown = parts[6] !== 0 ? 7 : parts[5] !== 0 ? 6 : 5;
  return `datetime.datetime(${parts.slice(0, shown).join(', ')})`;
}

function strDate(date: DateTime): string {
  const parts = dateParts(date);
  if (parts === undefined) return date.text;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micro = 0] = parts;
  const two = (number: number): string => String(number).padStart(2, '0');
  const fraction = micro === 0 ? '' : `.${String(micro).padStart(6, '0')}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${fraction}`;
}
