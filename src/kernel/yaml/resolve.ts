/**
 * What a plain word means in YAML 1.1 as PyYAML resolves it: `yes` is a boolean, `1:30` is base 60, `1e3` is text.
 * Source: read, PyYAML 6.0.3 resolver; golden: render/yaml.
 */
import { reprText } from '../std/python-text.js';
import { floatOf, type Value } from '../std/value.js';
import { yamlTag } from './node.js';

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT = new RegExp(
  '^(?:[-+]?(?:[0-9][0-9_]*)\\.[0-9_]*(?:[eE][-+][0-9]+)?' +
  '|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?' +
  '|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*' +
  '|[-+]?\\.(?:inf|Inf|INF)' +
  '|\\.(?:nan|NaN|NAN))$');
const INT = new RegExp(
  '^(?:[-+]?0b[0-1_]+' +
  '|[-+]?0[0-7_]+' +
  '|[-+]?(?:0|[1-9][0-9_]*)' +
  '|[-+]?0x[0-9a-fA-F_]+' +
  '|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$');
const NULL = /^(?:~|null|Null|NULL|)$/;
const TIMESTAMP = new RegExp(
  '^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}' +
  '|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \\t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?' +
  '(?:[ \\t]*(?:Z|[-+][0-9][0-9]?(?::[0-9][0-9])?))?)$');

const RULES: readonly (readonly [string, string, RegExp])[] = [
  ['bool', 'yYnNtTfFoO', BOOL],
  ['float', '-+0123456789.', FLOAT],
  ['int', '-+0123456789', INT],
  ['merge', '<', /^<<$/],
  ['null', '~nN', NULL],
  ['timestamp', '0123456789', TIMESTAMP],
  ['value', '=', /^=$/],
  ['yaml', '!&*', /^[!&*]$/],
];

/** Full tag of a plain scalar. */
export function resolvePlain(text: string): string {
  if (text === '') return yamlTag('null');
  const first = text.charAt(0);
  for (const [name, starts, pattern] of RULES) {
    if (starts.includes(first) && pattern.test(text)) return yamlTag(name);
  }
  return yamlTag('str');
}

function whole(value: bigint): Value {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

function base60(text: string): bigint {
  return text.split(':').reduce((sum, part) => sum * 60n + digits(part, 10, '', /^[0-9]+$/), 0n);
}

/** Text of a base-10 literal that Python refuses. */
export class BadLiteralError extends Error {}

function digits(text: string, base: number, prefix: string, allowed: RegExp): bigint {
  if (!allowed.test(text.trim())) throw new BadLiteralError(`invalid literal for int() with base ${base}: ${reprText(text)}`);
  return BigInt(prefix + text.trim());
}

/**
 * The int of a scalar tagged int. Leading zeros are dropped, so `0644` is 644, not octal (Salt's rule); behind a sign
 * they are octal after all. @throws BadLiteralError
 */
export function readInt(source: string): Value {
  let text = source;
  if (text.startsWith('0') && !text.startsWith('0b') && !text.startsWith('0x')) text = text.replace(/^0+/, '') || '0';
  text = text.replaceAll('_', '');
  const negative = text.startsWith('-');
  if (negative || text.startsWith('+')) text = text.slice(1);
  let value: bigint;
  if (text.startsWith('0b')) value = digits(text.slice(2), 2, '0b', /^[01]+$/);
  else if (text.startsWith('0x')) value = digits(text.slice(2), 16, '0x', /^[0-9a-fA-F]+$/);
  else if (text.length > 1 && text.startsWith('0')) value = digits(text, 8, '0o', /^[0-7]+$/);
  else if (text.includes(':')) value = base60(text);
  else value = digits(text, 10, '', /^[0-9]+$/);
  return whole(negative ? -value : value);
}

/** The float of a scalar tagged float. @throws BadLiteralError */
export function readFloat(source: string): Value {
  let text = source.replaceAll('_', '').toLowerCase();
  const sign = text.startsWith('-') ? -1 : 1;
  if (/^[-+]/.test(text)) text = text.slice(1);
  if (text === '.inf') return sign * Infinity;
  if (text === '.nan') return NaN;
  const parts = text.split(':');
  let value = 0;
  for (const part of parts) {
    if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(part)) {
      throw new BadLiteralError(`could not convert string to float: ${reprText(part)}`);
    }
    value = value * 60 + Number(part);
  }
  return floatOf(sign * value);
}
