/** Works merge keys (`<<`) into mappings. Source: golden, render/yaml (merge cases). */
import { yamlTag, type MappingNode, type Node } from './node.js';
import type { SourceText } from './source.js';

/** Merged pairs stand first, the mapping's own keys win; later maps of a list come first. @throws YamlError */
export function flatten(node: MappingNode, source: SourceText): void {
  if (node.flat) return;
  node.flat = true;
  if (!node.pairs.some(([key]) => key.tag === yamlTag('merge') || key.tag === yamlTag('value'))) return;
  const merged: (readonly [Node, Node])[] = [];
  const own: (readonly [Node, Node])[] = [];
  for (const pair of node.pairs) {
    if (pair[0].tag === yamlTag('merge')) merged.push(...mergedPairs(node, pair[1], source));
    else {
      if (pair[0].tag === yamlTag('value')) pair[0].tag = yamlTag('str');
      own.push(pair);
    }
  }
  const taken = new Set(own.map(([key]) => writtenKey(key)));
  node.pairs = [...merged.filter(([key]) => !taken.has(writtenKey(key))), ...own];
}

function mergedPairs(node: MappingNode, from: Node, source: SourceText): MappingNode['pairs'] {
  if (from.kind === 'mapping') {
    flatten(from, source);
    return from.pairs;
  }
  const context = { text: 'while constructing a mapping', at: node.start };
  if (from.kind === 'scalar') {
    return source.fail('ConstructorError', 'expected a mapping or list of mappings for merging, but found scalar', from.start, context);
  }
  const parts = from.items.map((item) => {
    if (item.kind !== 'mapping') {
      return source.fail('ConstructorError', `expected a mapping for merging, but found ${item.kind}`, item.start, context);
    }
    flatten(item, source);
    return item.pairs;
  });
  return parts.reverse().flat();
}

/** Keys are compared as they are written: `1` and `'1'` are the same here. */
function writtenKey(node: Node): unknown {
  return node.kind === 'scalar' ? node.value : node;
}
