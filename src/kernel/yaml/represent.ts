/** The tree of values to be written: texts of scalars, order of keys, styles and anchors are decided here. */
import { reprFloat, str } from '../std/python-text.js';
import { ValueSet } from '../std/sequences.js';
import {
  DateTime, Extension, Float, isBytes, isInteger, isMap, isNumber, mapEntries, type Value, type ValueMap,
} from '../std/value.js';
import { yamlTag } from './node.js';
import { resolvePlain } from './resolve.js';

export interface OutScalar {
  readonly kind: 'scalar';
  readonly text: string;
  /** Short tag to print, such as `!!binary`; empty when the text says it. */
  readonly tag: string;
  /** A block with a bar, where the place allows it. */
  readonly literal: boolean;
  /** The text without quotes would be read as the same value. */
  readonly plainFits: boolean;
}

interface OutContainer {
  readonly tag: string;
  readonly flow: boolean;
  /** Anchor to print before it. */
  anchor: string;
}

export interface OutSequence extends OutContainer {
  readonly kind: 'sequence';
  readonly items: OutNode[];
}

export interface OutMapping extends OutContainer {
  readonly kind: 'mapping';
  readonly pairs: (readonly [OutNode, OutNode])[];
}

/** A container that was written before. */
export interface OutAlias {
  readonly kind: 'alias';
  readonly of: OutSequence | OutMapping;
}

export type OutNode = OutScalar | OutSequence | OutMapping | OutAlias;

export interface RepresentOptions {
  /** `leaves`: containers that hold scalars only are written in one line. */
  readonly flowStyle: boolean | 'leaves';
  readonly sortKeys: boolean;
  readonly keepsOrder: (map: ValueMap) => boolean;
}

const BASE64_LINE = 76;

/** Builds the tree of a value. */
export function represent(value: Value, options: RepresentOptions): OutNode {
  return new Representer(options).node(value);
}

class Representer {
  readonly #options: RepresentOptions;
  readonly #seen = new Map<object, OutSequence | OutMapping>();
  #anchors = 0;

  constructor(options: RepresentOptions) {
    this.#options = options;
  }

  node(value: Value): OutNode {
    if (!Array.isArray(value) && !isMap(value)) return scalar(value);
    const known = this.#seen.get(value);
    if (known === undefined) return this.#container(value);
    if (known.anchor === '') known.anchor = `id${String(++this.#anchors).padStart(3, '0')}`;
    return { kind: 'alias', of: known };
  }

  #container(value: Value & object): OutSequence | OutMapping {
    const made: Mutable = Array.isArray(value) && !(value instanceof ValueSet)
      ? { kind: 'sequence', tag: '', anchor: '', flow: false, items: [] }
      : { kind: 'mapping', tag: value instanceof ValueSet ? '!!set' : '', anchor: '', flow: false, pairs: [] };
    this.#seen.set(value, made);
    if (made.kind === 'sequence') made.items = (value as Value[]).map((item) => this.node(item));
    else made.pairs = this.#entries(value).map(([key, item]) => [this.node(key), this.node(item)] as const);
    const inside = made.kind === 'sequence' ? made.items : made.pairs.flat();
    made.flow = this.#options.flowStyle === 'leaves' ? inside.every(isLeaf) : this.#options.flowStyle;
    return made;
  }

  #entries(value: Value & object): [Value, Value][] {
    const entries = value instanceof ValueSet ? value.map((item): [Value, Value] => [item, null])
      : isMap(value) ? mapEntries(value) : [];
    return this.#options.sortKeys && !(isMap(value) && this.#options.keepsOrder(value)) ? sortedEntries(entries) : entries;
  }
}

type Mutable = { -readonly [K in keyof OutSequence]: OutSequence[K] } | { -readonly [K in keyof OutMapping]: OutMapping[K] };

function isLeaf(node: OutNode): boolean {
  return node.kind === 'scalar' && !node.literal;
}

function scalar(value: Value): OutScalar {
  if (typeof value === 'string') return plainOrQuoted(value, 'str');
  if (value === null) return plainOrQuoted('null', 'null');
  if (typeof value === 'boolean') return plainOrQuoted(value ? 'true' : 'false', 'bool');
  if (isInteger(value)) return plainOrQuoted(BigInt(value).toString(), 'int');
  if (isNumber(value)) return plainOrQuoted(floatText(value instanceof Float ? value.value : Number(value)), 'float');
  if (isBytes(value)) return { kind: 'scalar', text: base64Lines(value), tag: '!!binary', literal: true, plainFits: false };
  if (value instanceof DateTime) return plainOrQuoted(str(value), 'timestamp');
  // Salt's dumper writes what it does not know as null: observed.
  if (value instanceof Extension) return plainOrQuoted('NULL', 'null');
  throw new TypeError('a container is not a scalar');
}

function plainOrQuoted(text: string, tag: string): OutScalar {
  return { kind: 'scalar', text, tag: '', literal: false, plainFits: resolvePlain(text) === yamlTag(tag) };
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const text = reprFloat(value);
  return text.includes('.') ? text : text.replace('e', '.0e');
}

function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64');
  const lines = text.match(new RegExp(`.{1,${BASE64_LINE}}`, 'g')) ?? [];
  return lines.map((line) => `${line}\n`).join('');
}

/** Entries in Python's order of keys; as they are when the keys cannot be compared. */
function sortedEntries(entries: [Value, Value][]): [Value, Value][] {
  const kinds = new Set(entries.map(([key]) => keyKind(key)));
  if (kinds.size !== 1 || kinds.has('other')) return entries;
  return entries.toSorted(([a], [b]) => compareKeys(a, b));
}

function keyKind(key: Value): string {
  if (typeof key === 'string') return 'text';
  if (typeof key === 'boolean' || isNumber(key)) return 'number';
  return isBytes(key) ? 'bytes' : key instanceof DateTime ? 'date' : 'other';
}

function compareKeys(a: Value, b: Value): number {
  if (typeof a === 'string' || a instanceof DateTime) return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  if (isBytes(a) && isBytes(b)) return Buffer.compare(a, b);
  const left = a instanceof Float || typeof a === 'boolean' ? Number(a) : a as number | bigint;
  const right = b instanceof Float || typeof b === 'boolean' ? Number(b) : b as number | bigint;
  return left < right ? -1 : left > right ? 1 : 0;
}
