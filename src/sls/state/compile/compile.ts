/**
 * From high data to the list of chunks in the order they run. Each step is a function of its input; errors are collected.
 *
 * Source: state-system, section 1 (steps 4 to 10).
 */
import type { Value } from '../../../kernel/std/value.js';
import { text, type HighData, type LowChunk } from '../high-data.js';
import { aggregate } from './aggregate.js';
import { makeChunks, type ChunkOptions } from './chunks.js';
import { cycleError } from './cycle.js';
import { Dependencies } from './dependencies.js';
import { exclude } from './exclude.js';
import { extend } from './extend.js';
import type { Graph } from './graph.js';
import { capOf, sortNodes } from './order.js';
import { requisiteIn } from './requisite-in.js';
import { verify } from './verify.js';

export interface CompileOptions extends ChunkOptions {
  /** Requisites that do not count (`disabled_requisites`). */
  readonly disabledRequisites?: readonly string[];
  /** `state_aggregate`: true, or state modules. */
  readonly aggregate?: Value;
  /** State modules among those of the chunks that have a function. */
  readonly modulesWith: (fun: 'mod_watch' | 'mod_aggregate') => ReadonlySet<string>;
}

export interface Compiled {
  readonly chunks: LowChunk[];
  readonly graph: Graph;
  /** Run numbers taken by what is disabled. */
  readonly left: number;
  readonly errors: string[];
}

/** State modules that high data names. */
export function modulesOf({ ids }: HighData): Set<string> {
  const modules = new Set<string>();
  for (const body of ids.values()) if (body instanceof Map) for (const key of body.keys()) modules.add(text(key));
  return modules;
}

/** Applies what states say of one another: extensions, requisites of the other end, exclusions. */
export function reconcile(high: HighData, options: Pick<CompileOptions, 'disabledRequisites'>): { high: HighData; errors: string[] } {
  const extended = extend(high);
  const errors = [...extended.errors, ...verify(extended.high)];
  if (errors.length > 0) return { high: extended.high, errors };
  const joined = requisiteIn(extended.high, options.disabledRequisites);
  return { high: exclude(joined.high), errors: joined.errors };
}

export function compileChunks(high: HighData, options: CompileOptions): Compiled {
  const { chunks, left } = makeChunks(high, options);
  const { graph, sorted, errors } = orderChunks(chunks, options);
  return { chunks: sorted, graph, left, errors };
}

/** Puts chunks into their order. */
export function orderChunks(chunks: readonly LowChunk[], options: CompileOptions): { sorted: LowChunk[]; graph: Graph; errors: string[] } {
  const dependencies = new Dependencies();
  const { graph } = dependencies;
  const aggregators = options.modulesWith('mod_aggregate');
  for (const low of chunks) dependencies.addChunk(low, mayAggregate(low, options.aggregate ?? null) && aggregators.has(text(low['state'])));
  const watchers = options.modulesWith('mod_watch');
  const errors: string[] = [];
  const kept: LowChunk[] = [];
  for (const low of chunks) {
    if (!watchers.has(text(low['state']))) requireInstead(low);
    const error = dependencies.addRequisites(low, options.disabledRequisites ?? []);
    if (error === undefined) kept.push(low);
    else errors.push(error);
  }
  const nodes = sortNodes(graph, capOf(kept));
  if (nodes === undefined) return { sorted: [], graph, errors: [...errors, cycleError(graph)] };
  aggregate(graph, nodes);
  return { sorted: nodes.flatMap(({ chunk }) => (chunk === undefined ? [] : [chunk])), graph, errors };
}

const WATCHED = [['watch', 'require'], ['watch_any', 'require_any']] as const;

/** A state module that does nothing on a change of what it watches just requires it. */
function requireInstead(low: LowChunk): void {
  for (const [watch, require] of WATCHED) {
    const list = low[watch];
    if (!Array.isArray(list)) continue;
    const known = low[require];
    low[require] = [...Array.isArray(known) ? known as Value[] : [], ...list as Value[]];
    delete low[watch];
  }
}

function mayAggregate(low: LowChunk, option: Value): boolean {
  const wanted = low['aggregate'] ?? option;
  return wanted === true || (Array.isArray(wanted) && (wanted as Value[]).includes(low['state'] ?? null));
}
