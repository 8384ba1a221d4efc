/**
 * Makes values of nodes, with Salt's rules: equal keys are errors, merge keys come first, dates stay text.
 *
 * Containers are worked off level by level, as PyYAML does, so that of several errors the same one comes first.
 */
import { reprText, str } from '../std/python-text.js';
import { setOf, tupleOf } from '../std/sequences.js';
import { mapFrom, type Value } from '../std/value.js';
import { keyIdentity } from './key-identity.js';
import { flatten } from './merge.js';
import { yamlTag, type MappingNode, type Node, type SequenceNode } from './node.js';
import { pythonNodeText } from './node-text.js';
import { makeScalar, SCALAR_TAGS } from './scalar.js';
import type { SourceText } from './source.js';

type Container = SequenceNode | MappingNode;

/** Puts a container together from parts that are made. */
type Assemble = (valueOf: (node: Node) => Value) => Value;

const CONTAINER_TAGS = new Set(['map', 'seq', 'set', 'pairs', 'omap'].map(yamlTag));

export interface ConstructOptions {
  /** As the renderer reads: `!!omap` is a mapping. Elsewhere it is a list of pairs. */
  readonly ordered?: boolean;
}

/** The value of a document. @throws YamlError */
export function construct(root: Node, source: SourceText, { ordered = false }: ConstructOptions = {}): Value {
  const constructor = new Constructor(source, ordered);
  constructor.work(root);
  return constructor.value(root);
}

class Constructor {
  readonly #source: SourceText;
  readonly #ordered: boolean;
  readonly #scalars = new Map<Node, Value>();
  readonly #assemble = new Map<Node, Assemble>();
  readonly #made = new Map<Node, Value>();
  #waiting: Node[] = [];

  constructor(source: SourceText, ordered: boolean) {
    this.#source = source;
    this.#ordered = ordered;
  }

  /** Makes all scalars and checks all containers. */
  work(root: Node): void {
    this.#meet(root);
    while (this.#waiting.length > 0) {
      const level = this.#waiting;
      this.#waiting = [];
      for (const node of level) this.#assemble.set(node, this.#container(node));
    }
  }

  /** The value of a node that was worked off; a node that is met again gives the same value. */
  value(node: Node): Value {
    const scalar = this.#scalars.get(node);
    if (scalar !== undefined) return scalar;
    const known = this.#made.get(node);
    if (known !== undefined) return known;
    const made = this.#assemble.get(node)?.((part) => this.value(part)) ?? null;
    this.#made.set(node, made);
    return made;
  }

  #meet(node: Node): void {
    if (this.#scalars.has(node) || this.#assemble.has(node)) return;
    if (SCALAR_TAGS.has(node.tag)) this.#scalars.set(node, makeScalar(node, this.#source));
    else if (CONTAINER_TAGS.has(node.tag)) this.#waiting.push(node);
    else this.#source.fail('ConstructorError', `could not determine a constructor for the tag ${reprText(node.tag)}`, node.start);
  }

  #container(node: Node): Assemble {
    const tag = this.#ordered && node.tag === yamlTag('omap') ? yamlTag('map') : node.tag;
    switch (tag) {
      case yamlTag('map'): {
        const pairs = this.#pairsOfMapping(node);
        return (valueOf) => mapFrom(pairs.map(([key, value]) => [valueOf(key), valueOf(value)]));
      }
      case yamlTag('set'): {
        const pairs = this.#pairsOfMapping(node);
        return (valueOf) => setOf(pairs.map(([key]) => valueOf(key)));
      }
      case yamlTag('seq'): {
        const { items } = this.#expect(node, 'sequence');
        for (const item of items) this.#meet(item);
        return (valueOf) => items.map(valueOf);
      }
      default: {
        const pairs = this.#listedPairs(node);
        return (valueOf) => pairs.map(([key, value]) => tupleOf([valueOf(key), valueOf(value)]));
      }
    }
  }

  #expect<Kind extends Container['kind']>(node: Node, kind: Kind): Extract<Container, { kind: Kind }> {
    if (node.kind === kind) return node as Extract<Container, { kind: Kind }>;
    return this.#source.fail('ConstructorError', `expected a ${kind} node, but found ${node.kind}`, node.start);
  }

  #pairsOfMapping(found: Node): MappingNode['pairs'] {
    const node = this.#expect(found, 'mapping');
    flatten(node, this.#source);
    const seen = new Set<string>();
    const context = { text: 'while constructing a mapping', at: node.start };
    for (const [key, value] of node.pairs) {
      this.#meet(key);
      if (key.kind !== 'scalar') {
        this.#source.fail('ConstructorError', `found unacceptable key ${pythonNodeText(key)}`, key.start, context);
      }
      this.#meet(value);
      const made = this.value(key);
      const identity = keyIdentity(made);
      if (seen.has(identity)) this.#source.fail('ConstructorError', `found conflicting ID '${str(made)}'`, key.start, context);
      seen.add(identity);
    }
    return node.pairs;
  }

  /** `!!pairs` and `!!omap`: a list of mappings of one pair. */
  #listedPairs(node: Node): MappingNode['pairs'] {
    const what = node.tag === yamlTag('omap') ? 'an ordered map' : 'pairs';
    const context = { text: `while constructing ${what}`, at: node.start };
    const refuse = (reason: string, at: number): never => this.#source.fail('ConstructorError', reason, at, context);
    if (node.kind !== 'sequence') return refuse(`expected a sequence, but found ${node.kind}`, node.start);
    return node.items.map((item) => {
      if (item.kind !== 'mapping') return refuse(`expected a mapping of length 1, but found ${item.kind}`, item.start);
      const [pair] = item.pairs;
      if (pair === undefined || item.pairs.length !== 1) {
        return refuse(`expected a single mapping item, but found ${item.pairs.length} items`, item.start);
      }
      pair.forEach((part) => this.#meet(part));
      return pair;
    });
  }
}
