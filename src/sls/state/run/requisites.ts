/**
 * What the results of others mean for a state that names them.
 *
 * Source: state-system, section 3; golden states/requisites.
 */
import { text, type LowChunk, type Requisite } from '../high-data.js';
import type { Graph, Node } from '../compile/graph.js';
import { hasChanges, type Row, type Rows } from './rows.js';

/** In the order in which one comes before the others. */
export type Status =
  | 'unmet' | 'pending' | 'fail' | 'skip_req' | 'skip_watch' | 'pre' | 'onfail' | 'onchanges' | 'change' | 'met';

type Finding = Status | 'onchangesmet' | 'premet';

/** Requisites with the states they name. */
export type Needs = ReadonlyMap<Requisite, readonly Node[]>;

const NONE: Needs = new Map();

/** What a chunk waits for; while it is to be tried, what its trial waits for. */
export function needsOf(low: LowChunk, tag: string, graph: Graph): Needs {
  const own = graph.nodes.get(tag);
  const node = low['__prereq__'] === true && own !== undefined ? graph.trialOf(own) : own;
  if (node === undefined || node.needs.size === 0) return NONE;
  const needs = new Map<Requisite, Node[]>();
  for (const [needed, kinds] of node.needs) {
    for (const kind of kinds) {
      const known = needs.get(kind) ?? [];
      if (known.length === 0) needs.set(kind, known);
      if (needed.chunk !== undefined) known.push(needed);
      else known.push(...needed.members ?? []);
    }
  }
  return needs;
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
  for (const [kind, nodes] of needs) {
    const from = kind === 'prereq' ? trials : rows;
    const tags = nodes.map(({ chunkTag }) => chunkTag);
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
  for (const nodes of needs.values()) {
    for (const { chunk = {}, chunkTag } of nodes) {
      if ((trials.get(chunkTag) ?? rows.get(chunkTag))?.['result'] === false) failed.add(`${text(chunk['__sls__'])}.${text(chunk['__id__'])}`);
    }
  }
  return [...failed];
}
