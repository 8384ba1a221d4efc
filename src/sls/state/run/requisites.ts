/**
 * What the results of others mean for a state that names them.
 *
 * Source: state-system, section 3; golden states/requisites.
 */
import type { LowChunk, Requisite } from '../high-data.js';
import { tagOf } from '../high-data.js';
import type { Graph, Node } from '../compile/graph.js';
import { hasChanges, type Row, type Rows } from './rows.js';

/** In the order in which one comes before the others. */
export type Status =
  | 'unmet' | 'pending' | 'fail' | 'skip_req' | 'skip_watch' | 'pre' | 'onfail' | 'onchanges' | 'change' | 'met';

type Finding = Status | 'onchangesmet' | 'premet';

/** Requisites with the chunks they name. */
export type Needs = ReadonlyMap<Requisite, readonly LowChunk[]>;

/** The node of a chunk; of its trial, while it is to be tried. */
export function nodeOf(low: LowChunk, graph: Graph): Node | undefined {
  const node = graph.nodes.get(tagOf(low));
  return low['__prereq__'] === true && node !== undefined ? graph.trialOf(node) : node;
}

export function needsOf(low: LowChunk, graph: Graph): Needs {
  const needs = new Map<Requisite, LowChunk[]>();
  for (const [needed, kinds] of nodeOf(low, graph)?.needs ?? []) {
    const chunks = chunksOf(needed);
    for (const kind of kinds) {
      const known = needs.get(kind);
      if (known === undefined) needs.set(kind, [...chunks]);
      else known.push(...chunks);
    }
  }
  return needs;
}

function chunksOf(node: Node): LowChunk[] {
  if (node.chunk !== undefined) return [node.chunk];
  return [...node.members ?? []].flatMap(({ chunk }) => (chunk === undefined ? [] : [chunk]));
}

export interface Results {
  readonly rows: Rows;
  /** Rows of trial runs. */
  readonly trials: Rows;
}

/** `isBusy`: some of the rows are those of states that still run beside us. */
export function statusOf(needs: Needs, { rows, trials }: Results, isBusy: (tags: readonly string[]) => boolean): Status {
  const found = new Set<Finding>();
  let pending = false;
  for (const [kind, chunks] of needs) {
    const from = kind === 'prereq' ? trials : rows;
    const tags = chunks.map(tagOf);
    const busy = isBusy(tags.filter((tag) => from.has(tag)));
    pending ||= busy;
    for (const finding of ofKind(kind, tags, from, busy)) found.add(finding);
  }
  return decide(found, pending);
}

function ofKind(kind: Requisite, tags: readonly string[], rows: Rows, busy: boolean): Set<Finding> {
  const found = new Set<Finding>();
  for (const tag of tags) {
    const row = rows.get(tag);
    if (row === undefined) found.add('unmet');
    else if (!busy) {
      if (row['skip_req'] === true) found.add('skip_req');
      const finding = ofRow(kind, row);
      if (finding !== undefined) found.add(finding);
    }
  }
  weigh(kind, found);
  return found;
}

function ofRow(kind: Requisite, row: Row): Finding | undefined {
  const met = row['__state_ran__'] === false ? undefined : 'met';
  switch (kind) {
    case 'onfail': case 'onfail_any': case 'onfail_all':
      return row['result'] === true ? 'onfail' : met;
    // A failed one counts as one without changes.
    case 'onchanges': case 'onchanges_any':
      return row['result'] === false || !hasChanges(row) ? 'onchanges' : 'onchangesmet';
    case 'watch': case 'watch_any':
      if (row['result'] === false) return 'fail';
      return hasChanges(row) ? 'change' : met;
    case 'prereq':
      if (row['result'] === false) return 'fail';
      return row['result'] === null ? 'premet' : 'pre';
    case 'require': case 'require_any': case 'prerequired': case 'listen':
      return row['result'] === false ? 'fail' : met;
  }
}

/** Several of a kind: one is enough, or all are needed. */
function weigh(kind: Requisite, found: Set<Finding>): void {
  if (kind.endsWith('_any') || kind === 'onfail') {
    if (found.has('met') || found.has('change')) found.delete('fail');
    if (found.has('onchangesmet')) found.delete('onchanges');
    if (found.has('met')) found.delete('onfail');
  }
  if (kind.endsWith('_all') && found.has('onfail')) found.delete('met');
}

function decide(found: ReadonlySet<Finding>, pending: boolean): Status {
  const changed = found.has('onchangesmet');
  if (found.has('unmet')) return 'unmet';
  if (pending) return 'pending';
  if (found.has('fail')) return 'fail';
  if (found.has('skip_req') && (changed || found.has('premet'))) return 'skip_req';
  if (found.has('skip_req') && found.has('change')) return 'skip_watch';
  if (found.has('pre')) return found.has('premet') ? 'met' : 'pre';
  if (found.has('onfail') && !changed) return 'onfail';
  if (found.has('onchanges') && !changed) return 'onchanges';
  if (found.has('change')) return 'change';
  return found.has('onfail') ? 'onfail' : 'met';
}

/** `sls.id` of those that failed, each once. */
export function failedNeeds(needs: Needs, { rows, trials }: Results): string[] {
  const failed = new Set<string>();
  for (const chunks of needs.values()) {
    for (const low of chunks) {
      const tag = tagOf(low);
      if ((trials.get(tag) ?? rows.get(tag))?.['result'] === false) failed.add(`${String(low['__sls__'])}.${String(low['__id__'])}`);
    }
  }
  return [...failed];
}
