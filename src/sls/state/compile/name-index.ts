/** Finds ids by what stands in the arguments of their states, without searching the high data for each question. */
import { isMap, mapSize, type Value } from '../../../kernel/std/value.js';
import { firstEntry, isBody, statesOf, type HighData } from '../high-data.js';

export class NameIndex {
  readonly #high: HighData;
  /** State module, then the value of any argument, then ids. Made at the first question that needs it. */
  #byValue: Map<string, Map<Value, Set<Value>>> | undefined;
  #bySls: Map<Value, Value[]> | undefined;

  constructor(high: HighData) {
    this.#high = high;
  }

  /** Ids that `state: name` means: an id of that name, else those with an argument of that value. */
  find(name: Value, state: string, strict: boolean): Value[] {
    const body = this.#high.ids.get(name);
    if (body !== undefined && (!strict || (isBody(body) && body.has(state)))) return [name];
    if (state === 'sls') return this.#ofSls(name);
    return [...this.#values().get(state)?.get(name) ?? []];
  }

  /** An id got other arguments. */
  added(id: Value, state: string, args: Value): void {
    if (this.#byValue !== undefined) this.#take(id, state, args, this.#byValue);
  }

  #ofSls(name: Value): Value[] {
    if (this.#bySls === undefined) {
      this.#bySls = new Map();
      for (const [id, body] of this.#high.ids) {
        if (!isBody(body)) continue;
        const sls = body.get('__sls__') ?? null;
        const ids = this.#bySls.get(sls);
        if (ids === undefined) this.#bySls.set(sls, [id]);
        else ids.push(id);
      }
    }
    return this.#bySls.get(name) ?? [];
  }

  #values(): Map<string, Map<Value, Set<Value>>> {
    if (this.#byValue !== undefined) return this.#byValue;
    const made = new Map<string, Map<Value, Set<Value>>>();
    for (const [id, body] of this.#high.ids) {
      if (isBody(body)) for (const [state, args] of statesOf(body)) this.#take(id, state, args, made);
    }
    this.#byValue = made;
    return made;
  }

  #take(id: Value, state: string, args: Value, into: Map<string, Map<Value, Set<Value>>>): void {
    if (!Array.isArray(args)) return;
    const values = into.get(state) ?? new Map<Value, Set<Value>>();
    into.set(state, values);
    for (const arg of args as Value[]) {
      if (!isMap(arg) || mapSize(arg) !== 1) continue;
      const value = firstEntry(arg)?.[1] ?? null;
      if (typeof value === 'object' && value !== null) continue;
      const ids = values.get(value);
      if (ids === undefined) values.set(value, new Set([id]));
      else ids.add(id);
    }
  }
}
