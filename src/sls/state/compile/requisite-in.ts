/**
 * Turns requisites written at the other end (`require_in` and its sisters), `use` and `use_in` into extensions, and applies them.
 *
 * Source: state-system, sections 1 and 3; golden states/requisites-in.
 */
import { isMap, mapEntries, mapFrom, mapSize, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { firstEntry, firstKey, isBody, statesOf, text, type Body, type HighData } from '../high-data.js';
import { extend } from './extend.js';
import { NameIndex } from './name-index.js';

const AT_THE_OTHER_END: ReadonlySet<Value> = new Set<Value>(['require_in', 'watch_in', 'onfail_in', 'onchanges_in', 'prereq_in']);
/** What `use` does not copy. */
const NOT_USED: ReadonlySet<Value> = new Set<Value>([
  ...AT_THE_OTHER_END, 'use', 'use_in', 'require', 'watch', 'prereq', 'onfail', 'onfail_stop', 'onchanges', 'name', 'names',
]);

export function requisiteIn(high: HighData, disabled: readonly string[] = []): { high: HighData; errors: string[] } {
  const gathered = new Gathered(high);
  for (const [id, body] of high.ids) {
    if (!isBody(body)) continue;
    for (const [state, args] of statesOf(body)) {
      if (!Array.isArray(args)) continue;
      for (const arg of args as readonly Value[]) {
        const entry = isMap(arg) ? firstEntry(arg) : undefined;
        if (entry !== undefined && !disabled.includes(text(entry[0]))) gathered.take(entry, { id, state, body });
      }
    }
  }
  const extensions = [...gathered.extensions].map(([id, body]) => ({ id, body }));
  const applied = extend({ ...high, extensions }, { strict: true });
  return { high: applied.high, errors: [...gathered.errors, ...applied.errors] };
}

/** The state that wrote the requisite. */
interface Writer {
  readonly id: Value;
  readonly state: string;
  readonly body: Body;
}

class Gathered {
  readonly errors: string[] = [];
  readonly extensions = new Map<Value, Body>();
  readonly #high: HighData;
  readonly #names: NameIndex;
  /** Where the added requisite stands, so that the next one joins it. */
  readonly #lists = new Map<Body, Map<string, Value[]>>();
  #sls: Map<Value, [Value, string][]> | undefined;
  #named: Map<Value, ValueMap> | undefined;

  constructor(high: HighData) {
    this.#high = high;
    this.#names = new NameIndex(high);
  }

  take([word, items]: [Value, Value], writer: Writer): void {
    if (word === 'use' || word === 'use_in') {
      for (const [id, state] of this.#targets('use', items, writer)) this.#use(word, id, state, writer);
    } else if (AT_THE_OTHER_END.has(word)) {
      const requisite = (word as string).slice(0, (word as string).indexOf('_'));
      for (const [id, state] of this.#targets(requisite, items, writer)) this.#add(id, state, requisite, writer);
    }
  }

  /** Ids and state modules that a list, or one map, of requisites names. */
  #targets(requisite: string, items: Value, writer: Writer): [Value, string][] {
    if (isMap(items)) return mapEntries(items).map(([state, id]) => [id, this.#withoutDots(requisite, text(state), id, writer, ' for ')]);
    if (!Array.isArray(items)) return [];
    return (items as readonly Value[]).flatMap((item): [Value, string][] => {
      const map = isMap(item) ? item : this.#bare(item);
      const entry = map === undefined ? undefined : firstEntry(map);
      if (entry === undefined) return [];
      const [state, id] = [text(entry[0]), entry[1]];
      if (state === 'sls') return this.#ofSls(id);
      this.#withoutDots(requisite, state, id, writer, ' for ', ',');
      return [[id, state]];
    });
  }

  #withoutDots(requisite: string, state: string, id: Value, { body }: Writer, before: string, after = ''): string {
    if (!state.includes('.')) return state;
    const bare = state.slice(0, state.indexOf('.'));
    this.errors.push(`Invalid requisite in ${requisite}: ${state}${before}${text(id)}${after} in SLS '${text(body.get('__sls__'))}'. Requisites must not contain dots, did you mean '${bare}'?`);
    return bare;
  }

  /** A bare text: an id, else the name of a state; nothing when neither is there. */
  #bare(item: Value): ValueMap | undefined {
    const body = this.#high.ids.get(item);
    if (isBody(body)) {
      const [first] = statesOf(body);
      return first === undefined ? undefined : mapFrom([[first[0], item]]);
    }
    if (this.#named === undefined) {
      this.#named = new Map();
      for (const [id, known] of this.#high.ids) {
        if (!isBody(known)) continue;
        for (const [state, args] of statesOf(known)) {
          for (const arg of Array.isArray(args) ? args as readonly Value[] : []) {
            const name = isMap(arg) && firstKey(arg) === 'name' ? firstEntry(arg)?.[1] : undefined;
            if (name !== undefined) this.#named.set(name, mapFrom([[state, id]]));
          }
        }
      }
    }
    return this.#named.get(item);
  }

  #ofSls(sls: Value): [Value, string][] {
    if (this.#sls === undefined) {
      this.#sls = new Map();
      for (const [id, body] of this.#high.ids) {
        if (!isBody(body)) continue;
        const name = body.get('__sls__') ?? null;
        const list = this.#sls.get(name) ?? [];
        this.#sls.set(name, list);
        for (const [state] of statesOf(body)) list.push([id, state]);
      }
    }
    return this.#sls.get(sls) ?? [];
  }

  /** The target requires (watches, ...) the writer. */
  #add(id: Value, state: string, requisite: string, { id: from, state: fromState, body: fromBody }: Writer): void {
    const body = this.#bodyOf(id);
    const args = this.#argumentsOf(body, state);
    body.set('__env__', fromBody.get('__env__') ?? null);
    body.set('__sls__', fromBody.get('__sls__') ?? null);
    const lists = this.#lists.get(body) ?? new Map<string, Value[]>();
    this.#lists.set(body, lists);
    const key = `${state} ${requisite}`;
    const known = lists.get(key);
    if (known !== undefined) {
      known.push(mapFrom([[fromState, from]]));
      return;
    }
    const list: Value[] = [mapFrom([[fromState, from]])];
    lists.set(key, list);
    args.push({ [requisite]: list });
  }

  /** Copies arguments: from the target to the writer (`use`) or the other way (`use_in`). */
  #use(word: 'use' | 'use_in', id: Value, state: string, writer: Writer): void {
    for (const found of this.#names.find(id, state, true)) {
      const other = { id: found, state };
      const [from, to] = word === 'use' ? [other, writer] : [writer, other];
      const has = new Set(this.#arguments(to.id, to.state).flatMap((arg) => (isMap(arg) && mapSize(arg) === 1 ? [firstKey(arg)] : [])));
      const copied = this.#arguments(from.id, from.state).filter((arg) => {
        const name = isMap(arg) && mapSize(arg) === 1 ? firstKey(arg) : undefined;
        return name !== undefined && !NOT_USED.has(name) && !has.has(name);
      });
      this.#argumentsOf(this.#bodyOf(to.id), to.state).push(...copied);
    }
  }

  #arguments(id: Value, state: string): readonly Value[] {
    const body = this.#high.ids.get(id);
    const args = isBody(body) ? body.get(state) : undefined;
    return Array.isArray(args) ? args as Value[] : [];
  }

  #bodyOf(id: Value): Body {
    const known = this.extensions.get(id);
    if (known !== undefined) return known;
    const made: Body = new Map();
    this.extensions.set(id, made);
    return made;
  }

  #argumentsOf(body: Body, state: string): Value[] {
    const known = body.get(state);
    if (Array.isArray(known)) return known as Value[];
    const made: Value[] = [];
    body.set(state, made);
    return made;
  }
}

