/** Finds requisites that go in a circle, and says so. Source: state-system, section 7. */
import { repr } from '../../../kernel/std/python-text.js';
import type { LowChunk, Requisite } from '../high-data.js';
import type { Graph, Node } from './graph.js';

interface Step {
  readonly from: Node;
  readonly to: Node;
  readonly kind: Requisite;
}

export function cycleError(graph: Graph): string {
  const parts = findCycle(graph).map(({ from, to, kind }) => {
    // The edge that a prereq adds is shown as what was written.
    const shown = kind === 'require' && !Object.hasOwn(to.chunk ?? {}, 'require') ? 'prereq' : kind;
    return `(${about(to.chunk ?? {})}, '${shown}', ${about(from.chunk ?? {})})`;
  });
  return `Recursive requisites were found: ${parts.join(', ')}`;
}

function about(low: LowChunk): string {
  const { __sls__: sls = null, __id__: id = null, name = null } = low;
  return repr({ SLS: sls, ID: id, ...(id === name ? {} : { NAME: name }) });
}

/** The first circle, walked from the nodes in the order they were added; deep chains need no deep stack. */
function findCycle(graph: Graph): Step[] {
  const done = new Set<Node>();
  const way = new Map<Node, Step | undefined>();
  for (const start of graph.nodes.values()) {
    if (done.has(start)) continue;
    const open: { node: Node; edges: Iterator<[Node, Set<Requisite>]> }[] = [];
    const enter = (node: Node, step: Step | undefined): void => {
      way.set(node, step);
      open.push({ node, edges: node.neededBy.entries() });
    };
    enter(start, undefined);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const edge = top.edges.next();
      if (edge.done === true) {
        open.pop();
        way.delete(top.node);
        done.add(top.node);
        continue;
      }
      const [to, [kind = 'require']] = [edge.value[0], [...edge.value[1]]];
      const step: Step = { from: top.node, to, kind };
      if (way.has(to)) return unroll(step, way);
      if (!done.has(to)) enter(to, step);
    }
  }
  return [];
}

function unroll(last: Step, way: ReadonlyMap<Node, Step | undefined>): Step[] {
  const steps = [last];
  for (let at = last.from; at !== last.to;) {
    const step = way.get(at);
    if (step === undefined) break;
    steps.push(step);
    at = step.from;
  }
  return steps.reverse();
}
