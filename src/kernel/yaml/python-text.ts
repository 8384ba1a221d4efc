/** Keys and nodes as Python prints them in error texts of the loader. */
import { Float, type Value } from '../std/value.js';
import type { Node } from './node.js';

/** Python's `str()` of a key. */
export function pythonKeyText(key: Value): string {
  if (key === null) return 'None';
  if (typeof key === 'boolean') return key ? 'True' : 'False';
  if (key === Infinity) return 'inf';
  if (key === -Infinity) return '-inf';
  if (typeof key === 'number' && Number.isNaN(key)) return 'nan';
  if (key instanceof Float || typeof key !== 'object') return String(key);
  return key instanceof Uint8Array ? `b${quoted(Buffer.from(key).toString('latin1'))}` : JSON.stringify(key);
}

/** Python's `repr()` of a text, for what occurs in keys. */
function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
    .replaceAll(mark, `\\${mark}`);
  return mark + inner + mark;
}

/** What a node holds, as PyYAML's node objects print themselves. */
export function pythonNodeText(node: Node): string {
  if (node.kind === 'scalar') return quoted(node.value);
  const items = node.kind === 'sequence' ? node.items.map(nodeText)
    : node.pairs.map(([key, value]) => `(${nodeText(key)}, ${nodeText(value)})`);
  return `[${items.join(', ')}]`;
}

function nodeText(node: Node): string {
  const name = { scalar: 'ScalarNode', sequence: 'SequenceNode', mapping: 'MappingNode' }[node.kind];
  return `${name}(tag=${quoted(node.tag)}, value=${pythonNodeText(node)})`;
}
