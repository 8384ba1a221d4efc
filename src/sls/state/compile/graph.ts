/**
 * Who depends on whom: chunks are nodes, requisites are edges from the target to the state that has the requisite. Between two
 * nodes there may be several kinds of edges, each once.
 *
 * Source: state-system, section 2.
 */
import type { LowChunk, Requisite } from '../high-data.js';

export interface Node {
  readonly tag: string;
  /** Tag of the chunk; of a trial it is that of the state that is tried. */
  readonly chunkTag: string;
  /** Undefined for a group of aggregated chunks. */
  readonly chunk: LowChunk | undefined;
  readonly state: string;
  readonly mayAggregate: boolean;
  /** Nodes this one waits for. */
  readonly needs: Map<Node, Set<Requisite>>;
  /** Nodes that wait for this one. */
  readonly neededBy: Map<Node, Set<Requisite>>;
  /** The group of chunks it runs with. */
  group: Node | undefined;
  /** Of a group: its nodes. */
  readonly members: Set<Node> | undefined;
}

/** Ending of the tag of the node in which a state that somebody has as `prereq` is tried in a test run. */
const TRIAL = '_|-__prereq_test__';

export class Graph {
  readonly nodes = new Map<string, Node>();

  add(tag: string, node: { chunk: LowChunk | undefined; state: string; mayAggregate?: boolean; members?: Set<Node>; chunkTag?: string }): Node {
    const known = this.nodes.get(tag);
    const made: Node = {
      tag, chunkTag: node.chunkTag ?? tag, chunk: node.chunk, state: node.state, mayAggregate: node.mayAggregate ?? false, members: node.members, group: undefined,
      needs: known?.needs ?? new Map(), neededBy: known?.neededBy ?? new Map(),
    };
    this.nodes.set(tag, made);
    return made;
  }

  connect(from: Node, to: Node, kind: Requisite): void {
    const kinds = from.neededBy.get(to);
    if (kinds !== undefined) {
      kinds.add(kind);
      return;
    }
    const made = new Set<Requisite>([kind]);
    from.neededBy.set(to, made);
    to.needs.set(from, made);
  }

  /** The node of the trial run of a chunk, if somebody has it as `prereq`. */
  trialOf(node: Node): Node | undefined {
    return this.nodes.get(node.tag + TRIAL);
  }

  /** `node` has `target` as `prereq`: the target is tried, then comes the node, then the target itself. */
  connectPrereq(target: Node, node: Node): void {
    if (node.chunk === undefined || target.chunk === undefined) return;
    node.chunk['__prerequiring__'] = true;
    target.chunk['__prereq__'] = true;
    let trial = this.trialOf(target);
    if (trial === undefined) {
      trial = this.add(target.tag + TRIAL, { chunk: target.chunk, state: target.state, chunkTag: target.tag });
      for (const [needed, kinds] of target.needs) {
        for (const kind of kinds) if (kind !== 'prereq') this.connect(needed, trial, kind);
      }
    }
    this.connect(trial, node, 'prereq');
    this.connect(node, target, 'require');
    const own = this.trialOf(node);
    if (own !== undefined) this.connect(trial, own, 'prereq');
  }

  /** `to` gets all edges of `from`. */
  copyEdges(from: Node, to: Node): void {
    for (const [needed, kinds] of from.needs) for (const kind of kinds) this.connect(needed, to, kind);
    for (const [waiting, kinds] of from.neededBy) for (const kind of kinds) this.connect(to, waiting, kind);
  }
}
