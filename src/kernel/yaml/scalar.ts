/** Makes values of scalar nodes by their tags. */
import { reprText } from '../std/python-text.js';
import type { Value } from '../std/value.js';
import { yamlTag, type Node, type ScalarNode } from './node.js';
import { BadLiteralError, readFloat, readInt, resolvePlain } from './resolve.js';
import type { SourceText } from './source.js';

/** Tags that this file makes values of. */
export const SCALAR_TAGS: ReadonlySet<string> = new Set(
  ['str', 'timestamp', 'python/unicode', 'null', 'bool', 'int', 'float', 'binary'].map(yamlTag));

const BOOLEANS: Readonly<Record<string, boolean>> = {
  yes: true, no: false, true: true, false: false, on: true, off: false,
};

/** @throws YamlError */
export function makeScalar(node: Node, source: SourceText): Value {
  if (node.tag === yamlTag('int') && node.kind !== 'scalar') {
    return source.bare('AttributeError', "'list' object has no attribute 'startswith'", node.start);
  }
  const text = scalarOf(node, source).value;
  switch (node.tag) {
    case yamlTag('null'): return null;
    case yamlTag('bool'): return makeBool(text, node, source);
    case yamlTag('int'): return makeNumber(text, readInt, node, source);
    case yamlTag('float'): return makeNumber(text, readFloat, node, source);
    case yamlTag('binary'): return makeBinary(text, node, source);
    default: return text;
  }
}

/** The value of a word without quotes; undefined when it has none, or when Salt refuses it. */
export function plainScalar(text: string): Value | undefined {
  const tag = resolvePlain(text);
  switch (tag) {
    case yamlTag('str'): case yamlTag('timestamp'): return text;
    case yamlTag('null'): return null;
    case yamlTag('bool'): return BOOLEANS[text.toLowerCase()];
    case yamlTag('int'): return isNothingToPython(text, tag) ? undefined : numberOf(text, readInt);
    case yamlTag('float'): return isNothingToPython(text, tag) ? undefined : numberOf(text, readFloat);
    default: return undefined;
  }
}

function numberOf(text: string, read: (text: string) => Value): Value | undefined {
  try {
    return read(text);
  } catch (cause) {
    if (!(cause instanceof BadLiteralError)) throw cause;
    return undefined;
  }
}

/** Python looks at the first character without asking whether there is one: `0_` is nothing once zeros, then lines are gone. */
function isNothingToPython(text: string, tag: string): boolean {
  return (tag === yamlTag('int') ? /^0*_+$|^$/ : /^_*$/).test(text);
}

/** A mapping counts as the scalar of its `=` key. */
function scalarOf(node: Node, source: SourceText): ScalarNode {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'mapping') {
    const value = node.pairs.find(([key]) => key.tag === yamlTag('value'))?.[1];
    if (value !== undefined) return scalarOf(value, source);
  }
  return source.fail('ConstructorError', `expected a scalar node, but found ${node.kind}`, node.start);
}

function makeBool(text: string, node: Node, source: SourceText): boolean {
  const word = text.toLowerCase();
  if (Object.hasOwn(BOOLEANS, word)) return BOOLEANS[word] === true;
  return source.bare('KeyError', reprText(word), node.start);
}

function makeNumber(text: string, read: (text: string) => Value, node: Node, source: SourceText): Value {
  if (isNothingToPython(text, node.tag)) source.bare('IndexError', 'string index out of range', node.start);
  try {
    return read(text);
  } catch (cause) {
    if (!(cause instanceof BadLiteralError)) throw cause;
    return source.bare('ValueError', cause.message, node.start);
  }
}

function makeBinary(text: string, node: Node, source: SourceText): Uint8Array {
  const foreign = text.search(/[\u0080-\uffff]/);
  if (foreign >= 0) {
    const code = text.charCodeAt(foreign);
    const shown = code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    source.fail('ConstructorError', 'failed to convert base64 data into ascii: ' +
      `'ascii' codec can't encode character '${shown}' in position ${foreign}: ordinal not in range(128)`, node.start);
  }
  return Buffer.from(upToPadding(text.replace(/[^A-Za-z0-9+/=]/g, '')), 'base64');
}

/** Python reads up to the `=` that fills the last four, and takes no notice of one before that. */
function upToPadding(text: string): string {
  let read = '';
  let padding = 0;
  for (const letter of text) {
    if (letter !== '=') {
      read += letter;
      padding = 0;
    } else if (read.length % 4 >= 2 && (read.length % 4) + ++padding >= 4) return read;
  }
  return read;
}
