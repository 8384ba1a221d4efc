/**
 * Rows of a query as a mapping: the leading fields are keys of nested mappings, the last one or the ones behind `depth` are
 * values.
 *
 * Source: read, Salt 3008.3 `salt.pillar.sql_base`.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import { updateMap } from '../../../kernel/std/merge.js';
import { isMap, mapEntries, mapFrom, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import type { Query } from './queries.js';

export type Row = readonly Value[];
/** A mapping under work. */
export type Node = Map<Value, Node | Node[] | Leaf>;
type Leaf = Value | (Value | Node)[];

/** Puts rows into `focus`. */
export class RowReader {
  readonly #query: Query;
  readonly #fields: readonly string[];
  readonly #depth: number;
  /** Mappings and their keys whose values become lists, the outermost first. */
  readonly #lists = new Map<Node, Set<Value>>();

  constructor(query: Query, fields: readonly string[]) {
    this.#query = query;
    this.#fields = fields;
    this.#depth = query.depth === 0 || query.depth >= fields.length ? fields.length - 1 : query.depth;
  }

  read(rows: readonly Row[], focus: Node): void {
    for (const row of rows) {
      if (this.#query.asJson && this.#fields.length === 1) mergeDocument(focus, row[0] ?? null, this.#query.asList);
      else this.#place(row, this.#descend(row, focus));
    }
    // From the inside to the outside.
    for (const [node, keys] of [...this.#lists].reverse()) for (const key of keys) listify(node, key);
  }

  /** The mapping above the last key. */
  #descend(row: Row, focus: Node): Node {
    let node = focus;
    for (let at = 0; at < this.#depth - 1; at += 1) {
      const key = row[at] ?? null;
      if (this.#isList(at + 1)) this.#note(node, key);
      node = this.#child(node, key);
    }
    return node;
  }

  #child(node: Node, key: Value): Node {
    const there = node.get(key);
    if (there instanceof Map) return there;
    const made: Node = new Map();
    if (Array.isArray(there)) (there as Node[]).push(made);
    else if (there !== undefined && this.#query.asList) node.set(key, [there as Value, made]);
    else node.set(key, made);
    return made;
  }

  #place(row: Row, node: Node): void {
    const last = this.#fields.length - 1;
    if (this.#depth === last) return this.#value(node, row[last - 1] ?? null, row[last] ?? null, this.#isList(last));
    const key = row[this.#depth - 1] ?? null;
    if (this.#isList(this.#depth)) this.#note(node, key);
    const there = node.get(key);
    const inner: Node = there instanceof Map ? there : new Map();
    node.set(key, inner);
    for (let at = this.#depth; at <= last; at += 1) {
      const name = this.#fields[at] ?? '';
      if (this.#isList(at + 1)) this.#note(inner, name);
      this.#value(inner, name, row[at] ?? null, false);
    }
  }

  #value(node: Node, key: Value, value: Value, isList: boolean): void {
    const there = node.get(key);
    if (isList || (this.#query.asList && there !== undefined)) {
      const list = there === undefined ? [] : Array.isArray(there) ? there as Value[] : [there as Value];
      node.set(key, [...list, value]);
    } else if (!this.#query.ignoreNull || value !== null) node.set(key, value);
  }

  #isList(level: number): boolean {
    return this.#query.withLists.includes(level);
  }

  #note(node: Node, key: Value): void {
    const keys = this.#lists.get(node) ?? new Set();
    this.#lists.set(node, keys.add(key));
  }
}

function listify(node: Node, key: Value): void {
  const value = node.get(key);
  if (value instanceof Map) node.set(key, [...value.values()] as Node[]);
  else if (Array.isArray(value)) node.set(key, [value as Value]);
}

/** A whole document in one field. */
function mergeDocument(focus: Node, field: Value, mergeLists: boolean): void {
  const document = typeof field === 'string' ? readJson(field) : field;
  if (!isMap(document)) throw new PythonError('TypeError', `as_json rows must decode to a dict, got ${typeName(document)}`);
  for (const [key, value] of mapEntries(updateMap(finished(focus), document, { mergeLists }))) focus.set(key, value);
}

/** The mapping as a value. */
export function finished(node: Node): ValueMap {
  const valueOf = (item: unknown): Value => (item instanceof Map ? finished(item as Node) : Array.isArray(item) ? item.map(valueOf) : item as Value);
  return mapFrom(Array.from(node, ([key, item]) => [key, valueOf(item)] as const));
}
