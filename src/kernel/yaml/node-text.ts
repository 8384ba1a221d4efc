/** Nodes as PyYAML's node objects print themselves in error texts. */
import { reprText } from '../std/python-text.js';
import type { Node } from './node.js';

/** What a node holds. */
export function pythonNodeText(node: Node): string {
  if (node.kind === 'scalar') return reprText(node.value);
  const items = node.kind === 'sequence' ? node.items.map(nodeText)
    : node.pairs.map(([key, value]) => `(${nodeText(key)}, ${nodeText(value)})`);
  return `[${items.join(', ')}]`;
}

function nodeText(node: Node): string {
  const name = { scalar: 'ScalarNode', sequence: 'SequenceNode', mapping: 'MappingNode' }[node.kind];
  return `${name}(tag=${reprText(node.tag)}, value=${pythonNodeText(node)})`;
}
