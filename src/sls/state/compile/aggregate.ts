/**
 * Groups chunks of one state module that may run as one: none of a group leads to another of it.
 *
 * Source: state-system, section 4 ("aggregate"); golden states/runtime-066, 067.
 */
import type { Graph, Node } from './graph.js';

const GROUP_MAX = 500;

interface Group {
  readonly members: Set<Node>;
  /** Everything that waits for one of them. */
  readonly behind: Set<Node>;
  node: Node | undefined;
}

/** `sorted`: all nodes in their order. What needs one of a group then needs all of it. */
export function aggregate(graph: Graph, sorted: readonly Node[]): void {
  const groups = new Map<string, Group[]>();
  for (const node of sorted) {
    if (!node.mayAggregate) continue;
    const known = groups.get(node.state) ?? [];
    groups.set(node.state, known);
    const at = known.findIndex((group) => group.members.size < GROUP_MAX && !group.behind.has(node));
    const group = known[at];
    if (group === undefined) known.push({ members: new Set([node]), behind: markBehind(node, new Set()), node: undefined });
    else join(graph, group, node, at);
  }
}

function join(graph: Graph, group: Group, node: Node, at: number): void {
  if (group.node === undefined) {
    group.node = graph.add(`__aggregate_${node.state}_${at}__`, { chunk: undefined, state: node.state, members: group.members });
    for (const first of group.members) {
      graph.copyEdges(first, group.node);
      first.group = group.node;
    }
  }
  graph.copyEdges(node, group.node);
  node.group = group.node;
  group.members.add(node);
  markBehind(node, group.behind);
}

/** Adds what waits for a node, directly or not; what is marked already is not walked again. */
function markBehind(node: Node, marked: Set<Node>): Set<Node> {
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const waiting of next.neededBy.keys()) {
      if (marked.has(waiting)) continue;
      marked.add(waiting);
      open.push(waiting);
    }
  }
  return marked;
}
