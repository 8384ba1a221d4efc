/**
 * Makes low chunks of high data: one for each id, state module and name.
 *
 * Source: state-system, section 1; golden states/ordering.
 */
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { equalValues, isMap, mapEntries, type Value } from '../../../kernel/std/value.js';
import { firstEntry, isBody, isHidden, statesOf, text, type Body, type HighData, type LowChunk } from '../high-data.js';

/** Facts of the SLS that go with each chunk. */
const OF_SLS = ['__sls__', '__env__', '__sls_included_from__'] as const;

export interface ChunkOptions {
  /** Globs over `module.function` that do not run on this minion (grain `state_runs_disabled`). */
  readonly disabled?: readonly string[];
  readonly orchestrationJid?: string | undefined;
}

/** `left`: how many chunks were left out because they are disabled; each takes a run number. */
export function makeChunks({ ids }: HighData, { disabled = [], orchestrationJid }: ChunkOptions = {}): { chunks: LowChunk[]; left: number } {
  const chunks: LowChunk[] = [];
  let left = 0;
  for (const [id, body] of ids) {
    if (isHidden(id) || !isBody(body)) continue;
    for (const [state, args] of statesOf(body)) {
      if (!Array.isArray(args)) continue;
      const made = chunksOf(text(id), body, state, args as readonly Value[], orchestrationJid);
      const kept = disabled.length === 0 ? made : made.filter((low) => !disabled.some((pattern) => fnmatch(`${state}.${text(low['fun'])}`, pattern)));
      left += made.length - kept.length;
      chunks.push(...kept);
    }
  }
  return { chunks, left };
}

function chunksOf(id: string, body: Body, state: string, args: readonly Value[], jid: string | undefined): LowChunk[] {
  const fun = args.find((arg) => typeof arg === 'string');
  if (fun === undefined) return [];
  const chunk: LowChunk = { state, name: id };
  if (jid !== undefined) chunk['__orchestration_jid__'] = jid;
  for (const fact of OF_SLS) {
    const value = body.get(fact);
    if (value !== undefined) chunk[fact] = value;
  }
  chunk['__id__'] = id;
  const names: Value[] = [];
  for (const arg of args) {
    if (isMap(arg)) for (const [key, value] of mapEntries(arg)) takeArgument(chunk, names, text(key), value, id);
  }
  if (names.length === 0) {
    delete chunk['fun'];
    chunk['fun'] = fun;
    return [chunk];
  }
  return names.map((entry, at) => ({ ...chunk, ...ofName(entry), name_order: at + 1, fun }));
}

function takeArgument(chunk: LowChunk, names: Value[], key: string, value: Value, id: string): void {
  if (key === 'names') {
    if (Array.isArray(value)) for (const name of value as readonly Value[]) if (!isKnown(names, name)) names.push(name);
  } else if (key === 'name' && typeof value !== 'string') chunk['name'] = id;
  else if (key !== 'state' && key !== '__proto__') chunk[key] = value;
}

const isKnown = (names: readonly Value[], name: Value): boolean =>
  (typeof name === 'string' ? names.includes(name) : names.some((known) => equalValues(known, name)));

/** `names` may hold maps: a name with arguments of its own. */
function ofName(entry: Value): LowChunk {
  if (!isMap(entry)) return { name: entry };
  const [name, args] = firstEntry(entry) ?? ['', null];
  const own: LowChunk = { name };
  for (const arg of Array.isArray(args) ? args as readonly Value[] : []) {
    if (isMap(arg)) for (const [key, value] of mapEntries(arg)) own[text(key)] = value;
  }
  return own;
}
