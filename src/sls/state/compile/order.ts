/**
 * The order in which chunks run: what is required first, then by their order numbers, pulled forward to just before what needs them.
 *
 * Source: state-system, section 2 ("Ordering inside the topological sort"); golden states/ordering.
 */
import { compareText } from '../../../kernel/std/python-order.js';
import { Float, floatOf, isInteger, type Value } from '../../../kernel/std/value.js';
import { REQUISITES, text, type LowChunk, type Requisite } from '../high-data.js';
import type { Graph, Node } from './graph.js';
import { Heap } from './heap.js';

const WEIGHT: ReadonlyMap<Requisite, number> = new Map(REQUISITES.map((kind, at) => [kind, at]));
/** `last`, and numbers counted from the end. */
const BEHIND_ALL = 1_000_000;
const BEHIND_HIGHEST = 100;
const NAMES_OF_ONE_STATE = 10_000;

/** The order number of states that have none: behind the highest given. `chunks`: those whose requisites could be kept. */
export function capOf(chunks: readonly LowChunk[]): number {
  let cap = 1;
  for (const { order } of chunks) {
    if (isInteger(order ?? null) && Number(order) > cap - 1 && Number(order) > 0) cap = Number(order) + BEHIND_HIGHEST;
  }
  return cap;
}

interface Ready {
  readonly node: Node;
  readonly effective: number;
  readonly own: number;
  readonly label: string;
}

/** Gives all nodes in their order, or undefined where they go in a circle. Writes the computed order into the chunks. */
export function sortNodes(graph: Graph, cap: number): Node[] | undefined {
  const missing = new Map<Node, number>();
  const ready = new Heap<Ready>((a, b) => a.effective - b.effective || a.own - b.own || compareText(a.label, b.label) || compareText(a.node.tag, b.node.tag));
  for (const node of graph.nodes.values()) {
    missing.set(node, node.needs.size);
    if (node.needs.size === 0) ready.push(readyNode(node, cap));
  }
  const sorted: Node[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    sorted.push(next.node);
    for (const waiting of next.node.neededBy.keys()) {
      const left = (missing.get(waiting) ?? 0) - 1;
      missing.set(waiting, left);
      if (left === 0) ready.push(readyNode(waiting, cap));
    }
  }
  return sorted.length === graph.nodes.size ? sorted : undefined;
}

function readyNode(node: Node, cap: number): Ready {
  const low = node.chunk ?? {};
  const own = settleOrder(low, cap);
  let least = Infinity;
  let heaviest = -Infinity;
  for (const [waiting, kinds] of node.neededBy) {
    for (const kind of kinds) {
      const weight = WEIGHT.get(kind) ?? 0;
      if (weight < heaviest) continue;
      heaviest = weight;
      least = Math.min(least, settleWord(waiting.chunk ?? {}, cap));
    }
  }
  return { node, effective: Math.min(own, least), own, label: `${text(low['state'])}${text(low['name'])}${text(low['fun'])}` };
}

/** The order as a number; a word, or none, is replaced in the chunk. */
function settleWord(low: LowChunk, cap: number): number {
  const { order } = low;
  if (order instanceof Float) return order.value;
  if (typeof order === 'number' || typeof order === 'bigint') return Number(order);
  // Python's booleans are numbers.
  if (typeof order === 'boolean') return order ? 1 : 0;
  const number = order === 'last' ? cap + BEHIND_ALL : order === 'first' ? 0 : cap;
  low['order'] = number;
  return number;
}

/** The same, with the place among several names and numbers counted from the end. */
function settleOrder(low: LowChunk, cap: number): number {
  let order = settleWord(low, cap);
  let settled: Value = low['order'] ?? null;
  const nameOrder = Number(low['name_order'] ?? 0);
  delete low['name_order'];
  if (nameOrder > 0) {
    order += nameOrder / NAMES_OF_ONE_STATE;
    settled = floatOf(order);
  }
  if (order < 0) {
    order += cap + BEHIND_ALL;
    settled = typeof settled === 'number' && Number.isInteger(settled) ? order : floatOf(order);
  }
  low['order'] = settled;
  return order;
}
