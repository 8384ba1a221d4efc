/**
 * Puts chunks and their requisites into the graph.
 *
 * Source: state-system, section 2; golden states/requisites, requisite-errors.
 */
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { isMap, type Value } from '../../../kernel/std/value.js';
import { firstEntry, tagOf, text, type LowChunk, type Requisite } from '../high-data.js';
import { Graph, type Node } from './graph.js';

/** In this order a chunk's requisites are looked up; the first that fails is named. */
const LOOKED_UP: readonly Requisite[] = [
  'require', 'require_any', 'watch', 'watch_any', 'prereq', 'onfail', 'onfail_any', 'onfail_all', 'onchanges', 'onchanges_any',
];
const GLOB = /[*?[\]]/;

export class Dependencies {
  readonly graph = new Graph();
  /** State module (or `id`), then id or name. */
  readonly #byName = new Map<string, Map<string, Set<Node>>>();
  readonly #bySls = new Map<string, Set<Node>>();

  addChunk(low: LowChunk, mayAggregate: boolean): void {
    const node = this.graph.add(tagOf(low), { chunk: low, state: text(low['state']), mayAggregate });
    const [state, id, name] = [text(low['state']), text(low['__id__']), text(low['name'])];
    const [ofState, ofId] = [this.#namesOf(state), this.#namesOf('id')];
    put(ofState, name, node);
    put(ofId, id, node);
    if (name !== id) {
      put(ofState, id, node);
      put(ofId, name, node);
    }
    if (typeof low['__sls__'] === 'string' && low['__sls__'] !== '') put(this.#bySls, low['__sls__'], node);
    const from = low['__sls_included_from__'];
    for (const sls of Array.isArray(from) ? from as readonly Value[] : []) put(this.#bySls, text(sls), node);
  }

  #namesOf(kind: string): Map<string, Set<Node>> {
    const known = this.#byName.get(kind);
    if (known !== undefined) return known;
    const made = new Map<string, Set<Node>>();
    this.#byName.set(kind, made);
    return made;
  }

  /** Adds the requisites of a chunk; gives the error of the first that cannot be kept. */
  addRequisites(low: LowChunk, disabled: readonly string[]): string | undefined {
    const node = this.graph.nodes.get(tagOf(low));
    if (node === undefined) return undefined;
    for (const kind of LOOKED_UP) {
      const list = low[kind];
      if (!Array.isArray(list) || disabled.includes(kind)) continue;
      for (const item of list as readonly Value[]) {
        const error = this.#addRequisite(low, node, kind, item);
        if (error !== undefined) return error;
      }
    }
    return undefined;
  }

  #addRequisite(low: LowChunk, node: Node, kind: Requisite, item: Value): string | undefined {
    const entry: readonly [Value, Value] | undefined = isMap(item) ? firstEntry(item) : ['id', item];
    if (entry === undefined || entry[1] === null) return undefined;
    const key = text(entry[0]).replace(/\..*$/s, '');
    const [, value] = entry;
    const where = `in state [${text(low['name'])}] in SLS [${text(low['__sls__'])}]`;
    if (typeof value !== 'string') return `Requisite [${kind}: ${key}] ${where} must have a string as the value`;
    const targets = this.#targets(key, value);
    if (targets === undefined) return `Referenced state does not exist for requisite [${kind}: (${key}: ${value})] ${where}`;
    for (const target of targets) this.#connect(target, node, kind);
    return undefined;
  }

  #connect(target: Node, node: Node, kind: Requisite): void {
    const { graph } = this;
    if (kind === 'prereq') {
      graph.connectPrereq(target, node);
      return;
    }
    const trial = node.chunk?.['__prereq__'] === true ? graph.trialOf(node) : undefined;
    if (trial !== undefined) graph.connect(target, trial, kind);
    graph.connect(target, node, kind);
  }

  /** Undefined: there is no such state. A glob over SLS names may match nothing. */
  #targets(key: string, value: string): Iterable<Node> | undefined {
    const known = key === 'sls' ? this.#bySls : this.#byName.get(key);
    if (!GLOB.test(value)) return known?.get(value);
    const found = new Set<Node>();
    for (const [name, nodes] of known ?? []) if (fnmatch(name, value)) for (const node of nodes) found.add(node);
    return found.size > 0 || key === 'sls' ? found : undefined;
  }
}

function put(map: Map<string, Set<Node>>, key: string, node: Node): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([node]));
  else known.add(node);
}
