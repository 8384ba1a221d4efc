/** Chunks of one state module that run as one: the module joins their arguments. Source: state-system, section 4. */
import { isMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Graph } from '../compile/graph.js';
import { text, type LowChunk } from '../high-data.js';
import { plainOf, type Rows } from './rows.js';

type CallSpecial = (full: string, args: readonly Value[]) => Promise<Value>;

/** The chunk as it is called: with the arguments of its group, when it belongs to one. */
export async function aggregateChunks(low: LowChunk, tag: string, graph: Graph, rows: Rows, call: CallSpecial): Promise<LowChunk> {
  if (low['__agg__'] === true) return low;
  const members = graph.nodes.get(tag)?.group?.members;
  if (members === undefined) return low;
  low['__agg__'] = true;
  const chunks = [...members].flatMap(({ chunk }): PlainMap[] => (chunk === undefined ? [] : [chunk]));
  const joined = await call(`${text(low['state'])}.mod_aggregate`, [low, chunks, Object.fromEntries(rows)]);
  // The module gives the chunk back; the graph goes on knowing ours.
  return isMap(joined) ? Object.assign(low, plainOf(joined)) : low;
}
