/** Makes values of nodes, with Salt's rules: equal keys are errors, merge keys come first, dates stay text. */
import { str } from '../std/python-text.js';
import { setOf, tupleOf } from '../std/sequences.js';
import { mapFrom, type Value } from '../std/value.js';
import { yamlTag, type MappingNode, type Node, type ScalarNode } from './node.js';
import { pythonNodeText } from './node-text.js';
import { BadLiteralError, readFloat, readInt } from './resolve.js';
import type { SourceText } from './source.js';

const BOOLEANS: Readonly<Record<string, boolean>> = {
  yes: true, no: false, true: true, false: false, on: true, off: false,
};

const IN_MAPPING = 'while constructing a mapping';

/** Makes values of the nodes of one text. A node that is met again gives the same value. */
export class Constructor {
  readonly #source: SourceText;
  readonly #made = new Map<Node, Value>();

  constructor(source: SourceText) {
    this.#source = source;
  }

  value(node: Node): Value {
    const known = this.#made.get(node);
    if (known !== undefined) return known;
    const made = this.#make(node);
    this.#made.set(node, made);
    return made;
  }

  #make(node: Node): Value {
    switch (node.tag) {
      case yamlTag('str'):
      case yamlTag('timestamp'):
      case yamlTag('python/unicode'): return this.#text(node);
      case yamlTag('null'): return this.#scalar(node), null;
      case yamlTag('bool'): return this.#bool(node);
      case yamlTag('int'): return this.#number(node, readInt);
      case yamlTag('float'): return this.#number(node, readFloat);
      case yamlTag('binary'): return this.#binary(node);
      case yamlTag('map'): return mapFrom(this.#entries(node));
      case yamlTag('set'): return setOf(this.#entries(node).map(([key]) => key));
      case yamlTag('seq'): return this.#list(node);
      case yamlTag('pairs'): return this.#pairs(node, 'pairs');
      case yamlTag('omap'): return this.#pairs(node, 'an ordered map');
      default:
        return this.#source.fail('ConstructorError',
          `could not determine a constructor for the tag '${node.tag}'`, node.start);
    }
  }

  #scalar(node: Node): ScalarNode {
    if (node.kind === 'scalar') return node;
    if (node.kind === 'mapping') {
      const value = node.pairs.find(([key]) => key.tag === yamlTag('value'))?.[1];
      if (value !== undefined) return this.#scalar(value);
    }
    return this.#source.fail('ConstructorError', `expected a scalar node, but found ${node.kind}`, node.start);
  }

  #text(node: Node): string {
    return this.#scalar(node).value;
  }

  #bool(node: Node): boolean {
    const word = this.#text(node).toLowerCase();
    if (Object.hasOwn(BOOLEANS, word)) return BOOLEANS[word] === true;
    return this.#source.bare('KeyError', `'${word}'`, node.start);
  }

  #number(node: Node, read: (text: string) => Value): Value {
    try {
      const text = this.#text(node);
      if (/^[0_]*_[0_]*$|^$/.test(text)) this.#source.bare('IndexError', 'string index out of range', node.start);
      return read(text);
    } catch (cause) {
      if (!(cause instanceof BadLiteralError)) throw cause;
      return this.#source.bare('ValueError', cause.message, node.start);
    }
  }

  #binary(node: Node): Uint8Array {
    const text = this.#text(node);
    const foreign = text.search(/[\u0080-\uffff]/);
    if (foreign >= 0) {
      const code = text.charCodeAt(foreign);
      const shown = code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
      this.#source.fail('ConstructorError', 'failed to convert base64 data into ascii: ' +
        `'ascii' codec can't encode character '${shown}' in position ${foreign}: ordinal not in range(128)`, node.start);
    }
    return Buffer.from(text.replace(/[^A-Za-z0-9+/]/g, ''), 'base64');
  }

  #list(node: Node): Value[] {
    if (node.kind !== 'sequence') {
      this.#source.fail('ConstructorError', `expected a sequence node, but found ${node.kind}`, node.start);
    }
    return node.items.map((item) => this.value(item));
  }

  #pairs(node: Node, what: string): Value[] {
    const context = { text: `while constructing ${what}`, at: node.start };
    if (node.kind !== 'sequence') {
      this.#source.fail('ConstructorError', `expected a sequence, but found ${node.kind}`, node.start, context);
    }
    return node.items.map((item) => {
      if (item.kind !== 'mapping') {
        this.#source.fail('ConstructorError', `expected a mapping of length 1, but found ${item.kind}`, item.start, context);
      }
      const [pair] = item.pairs;
      if (pair === undefined || item.pairs.length !== 1) {
        this.#source.fail('ConstructorError',
          `expected a single mapping item, but found ${item.pairs.length} items`, item.start, context);
      }
      return tupleOf([this.value(pair[0]), this.value(pair[1])]);
    });
  }

  #entries(node: Node): [Value, Value][] {
    if (node.kind !== 'mapping') {
      this.#source.fail('ConstructorError', `expected a mapping node, but found ${node.kind}`, node.start);
    }
    this.#flatten(node);
    const seen = new Set<string>();
    return node.pairs.map(([keyNode, valueNode]) => {
      const key = this.value(keyNode);
      const context = { text: IN_MAPPING, at: node.start };
      if (keyNode.kind !== 'scalar') {
        this.#source.fail('ConstructorError', `found unacceptable key ${pythonNodeText(keyNode)}`, keyNode.start, context);
      }
      const value = this.value(valueNode);
      const identity = keyIdentity(key);
      if (seen.has(identity)) {
        this.#source.fail('ConstructorError', `found conflicting ID '${str(key)}'`, keyNode.start, context);
      }
      seen.add(identity);
      return [key, value];
    });
  }

  /** Works merge keys in: merged pairs stand first, the mapping's own keys win; later maps of a list come first. */
  #flatten(node: MappingNode): void {
    if (node.flat) return;
    node.flat = true;
    const merged: (readonly [Node, Node])[] = [];
    const own: (readonly [Node, Node])[] = [];
    for (const pair of node.pairs) {
      if (pair[0].tag === yamlTag('merge')) merged.push(...this.#mergedPairs(node, pair[1]));
      else {
        if (pair[0].tag === yamlTag('value')) pair[0].tag = yamlTag('str');
        own.push(pair);
      }
    }
    const taken = new Set(own.map(([key]) => keyText(key)));
    node.pairs = [...merged.filter(([key]) => !taken.has(keyText(key))), ...own];
  }

  #mergedPairs(node: MappingNode, from: Node): (readonly [Node, Node])[] {
    if (from.kind === 'mapping') {
      this.#flatten(from);
      return from.pairs;
    }
    const context = { text: IN_MAPPING, at: node.start };
    if (from.kind === 'scalar') {
      this.#source.fail('ConstructorError',
        'expected a mapping or list of mappings for merging, but found scalar', from.start, context);
    }
    const parts = from.items.map((item) => {
      if (item.kind !== 'mapping') {
        this.#source.fail('ConstructorError', `expected a mapping for merging, but found ${item.kind}`, item.start, context);
      }
      this.#flatten(item);
      return item.pairs;
    });
    return parts.reverse().flat();
  }
}

/** Salt compares the written text of keys when it merges. */
function keyText(node: Node): unknown {
  return node.kind === 'scalar' ? node.value : node;
}

/** Equal for keys that are equal in Python: 1, 1.0 and True are one key, 1 and '1' are two. */
function keyIdentity(key: Value): string {
  if (typeof key === 'string') return `s${key}`;
  if (key === null) return 'null';
  if (key instanceof Uint8Array) return `b${Buffer.from(key).toString('hex')}`;
  if (typeof key === 'boolean') return key ? 'n1' : 'n0';
  return `n${typeof key === 'object' ? key.valueOf() as number : key}`;
}
