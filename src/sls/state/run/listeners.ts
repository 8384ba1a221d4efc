/**
 * `listen`: once, after everything else, a state reacts to changes of those it listens to.
 *
 * Source: state-system, section 3; golden states/requisites (listen), requisites-in.
 */
import { isMap, mapEntries, type Value } from '../../../kernel/std/value.js';
import { REQUISITE_WORDS, tagOf, text, type LowChunk } from '../high-data.js';
import { hasChanges, type Row, type Rows } from './rows.js';

export interface Listeners {
  /** Reactions to call. */
  readonly chunks: LowChunk[];
  /** Rows, still without a number, for those that are not there. */
  readonly errors: Map<string, Row>;
}

/** Who listens: a state, or any state of a module with that id or name. */
interface Listener {
  readonly state: string;
  readonly name: Value;
  readonly to: readonly Value[];
}

export function listenersOf(chunks: readonly LowChunk[], rows: Rows): Listeners {
  const found: Listeners = { chunks: [], errors: new Map() };
  if (!chunks.some((low) => low['listen'] !== undefined || low['listen_in'] !== undefined)) return found;
  const index = new ChunkIndex(chunks);
  const seen = new Set<string>();
  for (const listener of chunks.flatMap(listenersAt)) {
    for (const [state, name] of listener.to.flatMap((item) => index.named(item))) {
      const targets = index.find(state, name);
      if (targets.length === 0) found.errors.set(errorTag(state, name), missing(state, name));
      for (const target of targets) {
        const row = rows.get(tagOf(target));
        if (row === undefined || !hasChanges(row)) continue;
        const reacting = index.find(listener.state, listener.name);
        if (reacting.length === 0) found.errors.set(errorTag(listener.state, listener.name), missing(listener.state, listener.name));
        for (const chunk of reacting) {
          const reaction = reactionOf(chunk);
          // However many changed, once.
          if (!seen.has(tagOf(reaction))) found.chunks.push(reaction);
          seen.add(tagOf(reaction));
        }
      }
    }
  }
  return found;
}

function listenersAt(low: LowChunk): Listener[] {
  const own = low['listen'] === undefined ? [] : [{ state: text(low['state']), name: low['__id__'] ?? null, to: listOf(low['listen']) }];
  const others = listOf(low['listen_in'] ?? []).flatMap((item) => (isMap(item) ? mapEntries(item) : []))
    .map(([state, name]): Listener => ({ state: text(state), name, to: [{ [text(low['state'])]: low['__id__'] ?? null }] }));
  return [...own, ...others];
}

const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value as readonly Value[] : isMap(value) ? mapEntries(value).map(([key]) => key) : []);

class ChunkIndex {
  readonly #chunks: readonly LowChunk[];
  readonly #byKey = new Map<string, LowChunk[]>();

  constructor(chunks: readonly LowChunk[]) {
    this.#chunks = chunks;
    for (const low of chunks) {
      for (const key of new Set([text(low['__id__']), text(low['name'])])) {
        const name = `${text(low['state'])} ${key}`;
        const known = this.#byKey.get(name);
        if (known === undefined) this.#byKey.set(name, [low]);
        else known.push(low);
      }
    }
  }

  find(state: string, name: Value): readonly LowChunk[] {
    return this.#byKey.get(`${state} ${text(name)}`) ?? [];
  }

  /** State module and name that an item of `listen` means; the last of several that bear a bare name. */
  named(item: Value): [string, Value][] {
    if (isMap(item)) return mapEntries(item).map(([state, name]) => [text(state), name]);
    const last = this.#chunks.findLast((low) => low['__id__'] === item || low['name'] === item);
    return last === undefined ? [] : [[text(last['state']), last['__id__'] ?? null]];
  }
}

function reactionOf(low: LowChunk): LowChunk {
  const reaction: LowChunk = { ...low, sfun: low['fun'] ?? null, fun: 'mod_watch', __id__: `listener_${text(low['__id__'])}` };
  for (const word of REQUISITE_WORDS) delete reaction[word as string];
  return reaction;
}

const errorTag = (state: string, name: Value): string => `Listen_Error_|-listen_${text(name)}_|-listen_${state}_|-Listen_Error`;

function missing(state: string, name: Value): Row {
  return { comment: `Referenced state ${state}: ${text(name)} does not exist`, name: `listen_${state}:${text(name)}`, result: false, changes: {} };
}
