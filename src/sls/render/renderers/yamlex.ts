/**
 * The renderer `yamlex`: YAML in which equal keys are allowed; values marked `!aggregate` are joined, a key marked
 * `!reset` forgets what stood there.
 *
 * Source: read, Salt 3008.3; golden: render/pipe-yamlex-*. Differs: text has no quotes inside of it.
 */
import { isAggregated, markAggregated } from '../aggregated.js';
import { reprText } from '../../../kernel/std/python-text.js';
import { equalValues, isMap, isTruthy, mapFrom, type Value, type ValueMap, mapEntries, mapHas, mapGet } from '../../../kernel/std/value.js';
import { readStrict } from '../../../kernel/yaml/strict/reader.js';
import { UNNAMED_SOURCE } from '../../../kernel/yaml/error.js';
import { yamlTag, type MappingNode, type Node, type ScalarNode } from '../../../kernel/yaml/node.js';
import { resolvePlain } from '../../../kernel/yaml/resolve.js';
import { makeScalar, SCALAR_TAGS } from '../../../kernel/yaml/scalar.js';
import { SourceText } from '../../../kernel/yaml/source.js';
import { flatten } from '../../../kernel/yaml/merge.js';
import { YamlError } from '../../../kernel/yaml/load.js';
import type { RenderPlace } from '../contract.js';
import { textInput } from './input.js';
import { yamlFailure } from './yaml.js';

export function renderYamlex(input: Value, place: RenderPlace): Value {
  const text = textInput(input);
  try {
    const data = new Reader(new SourceText(text, UNNAMED_SOURCE)).document();
    return isTruthy(data) ? data : {};
  } catch (error) {
    if (error instanceof YamlError) throw yamlFailure(error, place);
    throw error;
  }
}

const DEPTH_MAX = 200;

class Reader {
  readonly #source: SourceText;

  constructor(source: SourceText) {
    this.#source = source;
  }

  document(): Value {
    this.#source.checkCharacters();
    const { root } = readStrict(this.#source);
    return root === undefined ? null : this.#value(root, 0);
  }

  #value(node: Node, depth: number): Value {
    if (depth > DEPTH_MAX) this.#source.fail('ConstructorError', `nested deeper than ${DEPTH_MAX} levels`, node.start);
    if (node.tag === '!aggregate') return this.#mark(this.#value(untagged(node), depth), node);
    if (node.tag === '!reset') return this.#value(untagged(node), depth);
    if (node.kind === 'scalar' && SCALAR_TAGS.has(node.tag)) return makeScalar(node, this.#source);
    if (node.kind === 'sequence' && node.tag === yamlTag('seq')) return node.items.map((item) => this.#value(item, depth + 1));
    if (node.kind === 'mapping' && node.tag === yamlTag('map')) return this.#map(node, depth);
    return this.#source.fail('ConstructorError', `could not determine a constructor for the tag ${reprText(node.tag)}`, node.start);
  }

  #mark(value: Value, node: Node): Value {
    const marked: Value = value === null ? [] : node.kind === 'scalar' ? [value] : value;
    return markAggregated(marked);
  }

  #map(node: MappingNode, depth: number): Value {
    flatten(node, this.#source);
    const entries = new Map<Value, Value>();
    for (const [keyNode, valueNode] of node.pairs) {
      if (keyNode.kind !== 'scalar') this.#source.fail('ConstructorError', 'While constructing a mapping found unacceptable key', keyNode.start);
      const key = this.#value(keyNode.tag === '!reset' || keyNode.tag === '!aggregate' ? untagged(keyNode) : keyNode, depth + 1);
      const value = this.#value(valueNode, depth + 1);
      const before = entries.get(key);
      entries.set(key, before === undefined || keyNode.tag === '!reset' || valueNode.tag === '!reset' ? value : this.#join(before, value));
    }
    return mapFrom(entries);
  }

  #join(before: Value, value: Value): Value {
    if (isMap(before) && isMap(value)) return this.#joinMaps(before, value);
    if (Array.isArray(before) && Array.isArray(value) && isAggregated(before) && isAggregated(value)) {
      const items = [...before, ...value.filter((item) => !before.some((there) => equalValues(there as Value, item as Value)))] as Value[];
      return markAggregated(items);
    }
    return value;
  }

  #joinMaps(before: ValueMap, value: ValueMap): Value {
    const both = isAggregated(before) && isAggregated(value);
    const entries = new Map(mapEntries(both ? before : value));
    for (const [key, item] of mapEntries(value)) entries.set(key, mapHas(before, key) ? this.#join(mapGet(before, key) ?? null, item) : item);
    const made = mapFrom(entries);
    return both ? markAggregated(made) : made;
  }
}

/** The node as it is without its own tag. */
function untagged(node: Node): Node {
  switch (node.kind) {
    case 'scalar': return { ...node, tag: resolvePlain(node.value) } satisfies ScalarNode;
    case 'sequence': return { ...node, tag: yamlTag('seq') };
    case 'mapping': return { ...node, tag: yamlTag('map') };
  }
}
