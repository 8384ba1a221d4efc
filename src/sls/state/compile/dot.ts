/** The graph of chunks in the language of Graphviz. Source: observed, Salt 3008.3 (`state.graph`). */
import { text } from '../high-data.js';
import type { Graph, Node } from './graph.js';

export function dotOf(graph: Graph): string {
  const nodes = [...graph.nodes.values()];
  const edges = nodes.flatMap((node) => [...node.neededBy].flatMap(([to, kinds]) =>
    [...kinds].map((kind) => `  "${escaped(node.tag)}" -> "${escaped(to.tag)}" [label="${kind}"];`)));
  return ['digraph G {', ...nodes.map((node) => `  "${escaped(node.tag)}" ${labelOf(node)};`), ...edges, '}'].join('\n');
}

function labelOf({ chunk, state }: Node): string {
  if (chunk === undefined) return `[label="Aggregate ${escaped(state)}", shape=box]`;
  const [id, name] = [text(chunk['__id__']), text(chunk['name'])];
  const head = `${text(chunk['state'])}.${text(chunk['fun'])}\\n${escaped(id)}`;
  return `[label="${head}${name === id ? '' : `\\n(${escaped(name)})`}"]`;
}

const escaped = (part: string): string => part.replaceAll('"', '\\"');
